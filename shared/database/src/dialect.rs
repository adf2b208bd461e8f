use sea_orm::DbBackend;

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
