//! What was consumed already, beside what it was consumed into.

use database::create;
use runtime::clock::SharedClock;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, Statement, TransactionTrait,
};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};
use uuid::Uuid;

const TABLE: &str = "
CREATE TABLE inbox (
    message_id {uuid} PRIMARY KEY,
    consumed_at BIGINT NOT NULL
)";

const MARK: &str = "
INSERT INTO inbox (message_id, consumed_at) VALUES ($1, $2) ON CONFLICT (message_id) DO NOTHING";

/// The migration that makes the table `inbox`, for the migrations of whoever consumes.
#[derive(Clone, Copy, Debug, Default)]
pub struct InboxTable;

impl MigrationName for InboxTable {
    fn name(&self) -> &'static str {
        "m0001_inbox"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for InboxTable {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, &[TABLE]).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("an inbox is never taken down".into()))
    }
}

/// Remembers which messages were consumed, in the database of whoever consumes them.
#[derive(Clone, Debug)]
pub struct Inbox {
    database: DatabaseConnection,
    clock: SharedClock,
}

impl Inbox {
    /// The inbox in this database, which has the [`InboxTable`].
    #[must_use]
    pub fn new(database: DatabaseConnection, clock: SharedClock) -> Self {
        Self { database, clock }
    }

    /// A transaction in which this message is marked as consumed: what comes of the message is written in it, and both
    /// are there once it is committed, or neither. `None` when the message was consumed before; when it is being
    /// consumed elsewhere, that is waited for first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin(&self, message: Uuid) -> Result<Option<DatabaseTransaction>, DbErr> {
        let transaction = self.database.begin().await?;
        let values = [message.into(), self.clock.now().timestamp_micros().into()];
        let mark = Statement::from_sql_and_values(transaction.get_database_backend(), MARK, values);
        if transaction.execute_raw(mark).await?.rows_affected() == 1 {
            return Ok(Some(transaction));
        }
        transaction.rollback().await?;
        Ok(None)
    }
}
