//! The tables. A migration is never changed once it is merged.

use database::create;
use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, MigratorTrait, SchemaManager};

use crate::broker::InboxTable;

pub(crate) struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(Journal), Box::new(InProcess), Box::new(OwnKeys)]
    }
}

struct Journal;

impl MigrationName for Journal {
    fn name(&self) -> &'static str {
        "m0001_journal"
    }
}

const TABLES: [&str; 12] = [
    // One row: the last position given out. Who writes holds it until the commit, so positions appear in order.
    "CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), position BIGINT NOT NULL)",
    "INSERT INTO head (one, position) VALUES (1, 0)",
    "CREATE TABLE application (
        position BIGINT PRIMARY KEY,
        id {uuid} NOT NULL UNIQUE,
        kind {text} NOT NULL,
        person_id {text} NOT NULL,
        idempotency_key {text} NOT NULL UNIQUE,
        fingerprint {bytes} NOT NULL,
        form TEXT NOT NULL,
        finding TEXT NOT NULL,
        receipt TEXT NOT NULL,
        filed_us BIGINT NOT NULL,
        snapshot_id {uuid} NOT NULL,
        state {text} NOT NULL,
        state_us BIGINT NOT NULL,
        reason TEXT
    )",
    "CREATE INDEX application_person ON application (person_id, position)",
    // Those that still wait to be forwarded: few, however many there are in all.
    "CREATE INDEX application_waiting ON application (position) WHERE state = 'received'",
    "CREATE TABLE step (
        position BIGINT PRIMARY KEY,
        application_id {uuid} NOT NULL REFERENCES application (id),
        state {text} NOT NULL,
        at_us BIGINT NOT NULL,
        reason TEXT
    )",
    "CREATE INDEX step_application ON step (application_id, position)",
    "CREATE TABLE attachment (
        id {uuid} PRIMARY KEY,
        person_id {text} NOT NULL,
        application_id {uuid} REFERENCES application (id),
        media_type {text} NOT NULL,
        sha256 {bytes} NOT NULL,
        bytes BIGINT NOT NULL,
        content {bytes} NOT NULL,
        uploaded_us BIGINT NOT NULL
    )",
    "CREATE INDEX attachment_owner ON attachment (person_id, application_id)",
    "CREATE TABLE export (
        position BIGINT PRIMARY KEY,
        number BIGINT NOT NULL UNIQUE,
        after BIGINT NOT NULL,
        up_to BIGINT NOT NULL,
        begun_us BIGINT NOT NULL,
        finished_us BIGINT
    )",
    // Who hands applications on at the moment, where several copies of a service run.
    "CREATE TABLE lease (name {text} PRIMARY KEY, holder {uuid} NOT NULL, until_us BIGINT NOT NULL)",
    "CREATE TABLE receipt_key (kid {text} PRIMARY KEY, jwk TEXT NOT NULL)",
];

#[async_trait::async_trait]
impl MigrationTrait for Journal {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, &TABLES).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("the journal is never taken down".into()))
    }
}

struct InProcess;

impl MigrationName for InProcess {
    fn name(&self) -> &'static str {
        "m0002_in_process"
    }
}

/// What the consumer within the process keeps beside its inbox.
const PARKED: &str = "CREATE TABLE parked (
    message_id {uuid} PRIMARY KEY,
    kind {text} NOT NULL,
    position BIGINT NOT NULL,
    body {bytes} NOT NULL,
    reason TEXT NOT NULL,
    deaths BIGINT NOT NULL,
    parked_us BIGINT NOT NULL,
    put_back BOOLEAN NOT NULL
)";

#[async_trait::async_trait]
impl MigrationTrait for InProcess {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        InboxTable.up(manager).await?;
        create(manager, &[PARKED]).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("the journal is never taken down".into()))
    }
}

struct OwnKeys;

impl MigrationName for OwnKeys {
    fn name(&self) -> &'static str {
        "m0003_own_keys"
    }
}

/// A key is unique for its person, and stored behind them. As it was sent it has no space, so that nothing is done twice
/// where this was interrupted.
const KEYS: &str = "UPDATE application SET idempotency_key = person_id || ' ' || idempotency_key
    WHERE idempotency_key NOT LIKE '% %'";

#[async_trait::async_trait]
impl MigrationTrait for OwnKeys {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, &[KEYS]).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("the journal is never taken down".into()))
    }
}
