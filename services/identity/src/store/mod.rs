//! What identity remembers: signing keys, sessions, refresh tokens, revocations, wrong tries. It survives restarts and
//! is shared by all copies.

pub(crate) mod migrations;
pub(crate) mod refresh;
pub(crate) mod revocations;
pub(crate) mod signing_keys;
#[expect(
    unreachable_pub,
    reason = "sea-orm's derives make public items, and this module is not"
)]
pub(crate) mod tables;
pub(crate) mod tries;

use chrono::{DateTime, Utc};
use database::{OpenError, Place};
use sea_orm::{DatabaseConnection, DbErr};

/// The store does not answer, or not as it should. Callers answer 503.
#[derive(Debug, thiserror::Error)]
#[error("identity's store failed")]
pub(crate) struct StoreFault(#[from] DbErr);

/// Identity's own database.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pub(crate) connection: DatabaseConnection,
}

impl Store {
    /// Opens it and brings it up to date: schema `identity`, or an SQLite file.
    pub(crate) async fn open(url: &str, connections: u32) -> Result<Self, OpenError> {
        // One writer at a time is all that SQLite has; waiting for it in the pool is fair, waiting in SQLite is not.
        let connections = match Place::of(url)? {
            Place::Postgres => connections,
            Place::Sqlite(_) => 1,
        };
        let connection =
            database::open::<migrations::Migrator>(url, "identity", connections).await?;
        Ok(Self { connection })
    }
}

/// An instant as it is stored: microseconds since 1970.
pub(crate) fn micros(instant: DateTime<Utc>) -> i64 {
    instant.timestamp_micros()
}
