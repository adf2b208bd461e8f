//! Sessions and their refresh tokens (RFC 6749 §6, RFC 9700 §4.14): each is used once and replaced; using one again
//! ends the session, because then two parties hold it.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, TransactionTrait};

use super::tables::{refresh_token, session};
use super::{Store, StoreFault, micros};

/// The hash that a refresh token is known by.
pub(crate) type TokenHash = [u8; 32];

/// Who presents a refresh token.
pub(crate) struct Presented<'a> {
    pub(crate) hash: &'a TokenHash,
    pub(crate) client_id: &'a str,
    /// Thumbprint of the key that the proof of possession was made with.
    pub(crate) jkt: &'a str,
}

/// What came of a rotation.
pub(crate) enum Rotation {
    /// Replaced; the session goes on.
    Done(Box<session::Model>),
    /// It was used before.
    Reused(Box<session::Model>),
    /// Unknown, ended, revoked, or not this client's or key's.
    Refused,
}

impl Store {
    /// Begins a session with its first refresh token.
    pub(crate) async fn begin_session(
        &self,
        begun: session::Model,
        first: &TokenHash,
    ) -> Result<(), StoreFault> {
        let transaction = self.connection.begin().await?;
        let token = token(first, &begun.id, begun.started_us);
        let row = session::ActiveModel {
            id: Set(begun.id),
            subject: Set(begun.subject),
            client_id: Set(begun.client_id),
            jkt: Set(begun.jkt),
            started_us: Set(begun.started_us),
            ends_us: Set(begun.ends_us),
            revoked_us: Set(begun.revoked_us),
        };
        session::Entity::insert(row)
            .exec_without_returning(&transaction)
            .await?;
        refresh_token::Entity::insert(token)
            .exec_without_returning(&transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Replaces a refresh token by `next`: of any number of parallel tries with the same token one is `Done`.
    pub(crate) async fn rotate(
        &self,
        presented: &Presented<'_>,
        next: &TokenHash,
        now: DateTime<Utc>,
    ) -> Result<Rotation, StoreFault> {
        let transaction = self.connection.begin().await?;
        // First of all: the write lock on the row is what makes parallel tries wait for one another.
        let taken = refresh_token::Entity::update_many()
            .col_expr(refresh_token::Column::UsedUs, Expr::value(micros(now)))
            .filter(refresh_token::Column::Hash.eq(presented.hash.to_vec()))
            .filter(refresh_token::Column::UsedUs.is_null())
            .exec(&transaction)
            .await?;
        let found = refresh_token::Entity::find_by_id(presented.hash.to_vec())
            .find_also_related(session::Entity)
            .one(&transaction)
            .await?;
        let Some((_, Some(session))) = found else {
            transaction.rollback().await?;
            return Ok(Rotation::Refused);
        };
        let alive = session.revoked_us.is_none() && session.ends_us > micros(now);
        if !alive || session.client_id != presented.client_id || session.jkt != presented.jkt {
            // Not used up: whoever holds it without the key must not be able to end the session either.
            transaction.rollback().await?;
            return Ok(Rotation::Refused);
        }
        if taken.rows_affected == 0 {
            transaction.rollback().await?;
            return Ok(Rotation::Reused(Box::new(session)));
        }
        refresh_token::Entity::insert(token(next, &session.id, micros(now)))
            .exec_without_returning(&transaction)
            .await?;
        transaction.commit().await?;
        Ok(Rotation::Done(Box::new(session)))
    }

    /// The session of a refresh token, used or not.
    pub(crate) async fn session_of(
        &self,
        hash: &TokenHash,
    ) -> Result<Option<session::Model>, StoreFault> {
        let found = refresh_token::Entity::find_by_id(hash.to_vec())
            .find_also_related(session::Entity)
            .one(&self.connection)
            .await?;
        Ok(found.and_then(|(_, session)| session))
    }
}

fn token(hash: &TokenHash, session: &str, now: i64) -> refresh_token::ActiveModel {
    refresh_token::ActiveModel {
        hash: Set(hash.to_vec()),
        session_id: Set(session.to_owned()),
        issued_us: Set(now),
        used_us: Set(None),
    }
}
