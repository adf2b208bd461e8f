//! What was parked because nobody could handle it: looked at, put back, or thrown away, by id.

use runtime::clock::SharedClock;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::broker::{Message, ParkedMessage};
use crate::journal::{Journal, Unreachable};
use crate::tables::parked;

/// The parked messages of one capability. They are no part of its backup: the applications are.
#[derive(Clone, Debug)]
pub struct Parked {
    journal: Journal,
    clock: SharedClock,
}

impl Parked {
    /// Those of this journal.
    #[must_use]
    pub fn new(journal: Journal, clock: SharedClock) -> Self {
        Self { journal, clock }
    }

    /// At most `limit` of them, those first that were parked first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn list(&self, limit: u64) -> Result<Vec<ParkedMessage>, Unreachable> {
        let rows = parked::Entity::find()
            .filter(parked::Column::PutBack.eq(false))
            .order_by_asc(parked::Column::ParkedUs)
            .order_by_asc(parked::Column::Position)
            .limit(limit)
            .all(&self.journal.db)
            .await?;
        let described = rows.into_iter().map(|row| ParkedMessage {
            id: row.message_id,
            kind: row.kind,
            position: Some(row.position),
            reason: row.reason,
            deaths: row.deaths,
        });
        Ok(described.collect())
    }

    /// Puts the message back: the service that runs on this journal handles it within a second or two, or when it runs
    /// next. `false` when none with this id is parked.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn requeue(&self, id: Uuid) -> Result<bool, Unreachable> {
        let back = parked::Entity::update_many()
            .col_expr(parked::Column::PutBack, Expr::value(true))
            .filter(parked::Column::MessageId.eq(id))
            .filter(parked::Column::PutBack.eq(false))
            .exec(&self.journal.db)
            .await?;
        Ok(back.rows_affected > 0)
    }

    /// Throws the message away; `false` when none with this id is parked.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn discard(&self, id: Uuid) -> Result<bool, Unreachable> {
        let gone = parked::Entity::delete_by_id(id)
            .exec(&self.journal.db)
            .await?;
        Ok(gone.rows_affected > 0)
    }

    /// Parks it, or counts that it is parked once more.
    pub(super) async fn park(&self, message: &Message, reason: &str) -> Result<(), Unreachable> {
        let row = parked::ActiveModel {
            message_id: Set(message.id),
            kind: Set(message.kind.clone()),
            position: Set(message.position),
            body: Set(message.body.clone()),
            reason: Set(reason.to_owned()),
            deaths: Set(1),
            parked_us: Set(self.clock.now().timestamp_micros()),
            put_back: Set(false),
        };
        let again = OnConflict::column(parked::Column::MessageId)
            .update_columns([
                parked::Column::Reason,
                parked::Column::ParkedUs,
                parked::Column::PutBack,
            ])
            .value(
                parked::Column::Deaths,
                Expr::col((parked::Entity, parked::Column::Deaths)).add(1),
            )
            .to_owned();
        parked::Entity::insert(row)
            .on_conflict(again)
            .exec_without_returning(&self.journal.db)
            .await?;
        tracing::warn!(application = %message.id, reason, "a message is parked");
        Ok(())
    }

    /// What was put back and is not handled yet, in the order of filing.
    pub(super) async fn put_back(&self) -> Result<Vec<Message>, Unreachable> {
        let rows = parked::Entity::find()
            .filter(parked::Column::PutBack.eq(true))
            .order_by_asc(parked::Column::Position)
            .all(&self.journal.db)
            .await?;
        let messages = rows.into_iter().map(|row| Message {
            id: row.message_id,
            capability: self.journal.capability().to_owned(),
            kind: row.kind,
            position: row.position,
            body: row.body,
        });
        Ok(messages.collect())
    }
}
