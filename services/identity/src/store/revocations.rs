//! What is refused although it has not expired. The gateway reads the list every second.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    TransactionTrait,
};

use super::tables::{revocation, session};
use super::{Store, StoreFault, micros};

/// What an entry of the list names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Revoked {
    /// Every token with this `sid`.
    Session,
    /// The token with this `jti`.
    Token,
}

impl Revoked {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Token => "token",
        }
    }
}

impl Store {
    /// Ends a session: its refresh tokens no longer work, and its access tokens are on the list until `ends`, when the
    /// last of them has expired.
    pub(crate) async fn revoke_session(
        &self,
        id: &str,
        now: DateTime<Utc>,
        ends: DateTime<Utc>,
    ) -> Result<(), StoreFault> {
        let transaction = self.connection.begin().await?;
        session::Entity::update_many()
            .col_expr(session::Column::RevokedUs, Expr::value(micros(now)))
            .filter(session::Column::Id.eq(id))
            .filter(session::Column::RevokedUs.is_null())
            .exec(&transaction)
            .await?;
        list(&transaction, id, Revoked::Session, ends).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Puts one access token on the list until it expires.
    pub(crate) async fn revoke_token(
        &self,
        jti: &str,
        ends: DateTime<Utc>,
    ) -> Result<(), StoreFault> {
        list(&self.connection, jti, Revoked::Token, ends).await
    }

    /// Everything on the list now, in the order of the identifiers.
    pub(crate) async fn revocations(
        &self,
        now: DateTime<Utc>,
    ) -> Result<Vec<revocation::Model>, StoreFault> {
        Ok(revocation::Entity::find()
            .filter(revocation::Column::EndsUs.gt(micros(now)))
            .order_by_asc(revocation::Column::Id)
            .all(&self.connection)
            .await?)
    }

    /// Drops what would have expired anyway: list entries, and sessions with their refresh tokens.
    pub(crate) async fn forget_ended(&self, now: DateTime<Utc>) -> Result<(), StoreFault> {
        revocation::Entity::delete_many()
            .filter(revocation::Column::EndsUs.lte(micros(now)))
            .exec(&self.connection)
            .await?;
        session::Entity::delete_many()
            .filter(session::Column::EndsUs.lte(micros(now)))
            .exec(&self.connection)
            .await?;
        Ok(())
    }
}

async fn list(
    connection: &impl ConnectionTrait,
    id: &str,
    kind: Revoked,
    ends: DateTime<Utc>,
) -> Result<(), StoreFault> {
    let entry = revocation::ActiveModel {
        id: Set(id.to_owned()),
        kind: Set(kind.as_str().to_owned()),
        ends_us: Set(micros(ends)),
    };
    // A second revocation may come later, for tokens issued in between: the later end counts.
    let later = OnConflict::column(revocation::Column::Id)
        .update_column(revocation::Column::EndsUs)
        .to_owned();
    revocation::Entity::insert(entry)
        .on_conflict(later)
        .exec_without_returning(connection)
        .await?;
    Ok(())
}
