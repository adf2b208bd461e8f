use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sea_orm_migration::SchemaManager;

/// Spells the column types of `statement` for `backend`, so that a migration is written once.
///
/// `{text}` orders and compares by bytes on both; `{bytes}` is a byte string, `{uuid}` a UUID.
#[must_use]
pub fn ddl(backend: DbBackend, statement: &str) -> String {
    let (text, bytes, uuid) = match backend {
        DbBackend::Postgres => ("TEXT COLLATE \"C\"", "BYTEA", "UUID"),
        _ => ("TEXT", "BLOB", "BLOB"),
    };
    statement
        .replace("{text}", text)
        .replace("{bytes}", bytes)
        .replace("{uuid}", uuid)
}

/// Runs the statements of a migration, each as [`ddl`] spells it, in their order.
///
/// # Errors
/// When the database refuses one.
pub async fn create(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let backend = connection.get_database_backend();
    for statement in statements {
        connection
            .execute_unprepared(&ddl(backend, statement))
            .await?;
    }
    Ok(())
}
