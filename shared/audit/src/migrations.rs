//! The tables. A migration is never changed once it is merged.

use database::ddl;
use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, MigratorTrait, SchemaManager};

pub(crate) struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(Entries)]
    }
}

struct Entries;

impl MigrationName for Entries {
    fn name(&self) -> &'static str {
        "m0001_entries"
    }
}

const TABLE: &str = "
CREATE TABLE entry (
    writer {text} NOT NULL,
    seq BIGINT NOT NULL,
    recorded_us BIGINT NOT NULL,
    previous {bytes} NOT NULL,
    hash {bytes} NOT NULL,
    id {uuid} NOT NULL,
    at_us BIGINT NOT NULL,
    request_id {uuid} NOT NULL,
    subject {text} NOT NULL,
    caller_kind {text} NOT NULL,
    caller {text} NOT NULL,
    agency {text},
    post {text},
    purpose {text},
    case_number {text},
    service {text} NOT NULL,
    action {text} NOT NULL,
    fields {text} NOT NULL,
    status INTEGER NOT NULL,
    address {text},
    PRIMARY KEY (writer, seq)
)";

const BY_SUBJECT: &str = "CREATE INDEX entry_subject ON entry (subject, id)";

// Not a wall against the owner of the database, who can take it down: `verify` is. It stops mistakes.
const GUARD_POSTGRES: &str = "
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON entry FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON entry FOR EACH STATEMENT EXECUTE FUNCTION refuse()";

const GUARD_SQLITE: &str = "
CREATE TRIGGER append_only_update BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER append_only_delete BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END";

#[async_trait::async_trait]
impl MigrationTrait for Entries {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let backend = connection.get_database_backend();
        let guard = match backend {
            DbBackend::Postgres => GUARD_POSTGRES,
            _ => GUARD_SQLITE,
        };
        for statement in [&ddl(backend, TABLE), BY_SUBJECT, guard] {
            connection.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("the audit log is never taken down".into()))
    }
}
