//! The tables. A migration is never changed once it is merged.

use database::create;
use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, MigratorTrait, SchemaManager};

pub(crate) struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(Beginning)]
    }
}

struct Beginning;

impl MigrationName for Beginning {
    fn name(&self) -> &'static str {
        "m0001_beginning"
    }
}

/// Instants are microseconds since 1970.
const TABLES: [&str; 9] = [
    "CREATE TABLE signing_key (
        kid {text} PRIMARY KEY,
        sealed {bytes} NOT NULL,
        slot {text} NOT NULL CHECK (slot IN ('next', 'current', 'retired')),
        created_us BIGINT NOT NULL,
        retired_us BIGINT
    )",
    // One row: whoever raises the generation has the right to rotate.
    "CREATE TABLE key_rotation (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        generation BIGINT NOT NULL,
        rotated_us BIGINT NOT NULL
    )",
    "INSERT INTO key_rotation (id, generation, rotated_us) VALUES (1, 0, 0)",
    "CREATE TABLE facts_try (
        person {text} PRIMARY KEY,
        tries INTEGER NOT NULL,
        last_us BIGINT NOT NULL
    )",
    "CREATE TABLE session (
        id {text} PRIMARY KEY,
        subject {text} NOT NULL,
        client_id {text} NOT NULL,
        jkt {text} NOT NULL,
        started_us BIGINT NOT NULL,
        ends_us BIGINT NOT NULL,
        revoked_us BIGINT
    )",
    "CREATE TABLE refresh_token (
        hash {bytes} PRIMARY KEY,
        session_id {text} NOT NULL REFERENCES session (id) ON DELETE CASCADE,
        issued_us BIGINT NOT NULL,
        used_us BIGINT
    )",
    "CREATE INDEX refresh_token_session ON refresh_token (session_id)",
    "CREATE INDEX session_ends ON session (ends_us)",
    "CREATE TABLE revocation (
        id {text} PRIMARY KEY,
        kind {text} NOT NULL CHECK (kind IN ('session', 'token')),
        ends_us BIGINT NOT NULL
    )",
];

#[async_trait::async_trait]
impl MigrationTrait for Beginning {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, &TABLES).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "identity's store is never taken down".into(),
        ))
    }
}
