//! Where a system's snapshots live: PostgreSQL or SQLite, one active, one kept for a rollback.

mod answers;
mod aside;
mod draft;
mod error;
mod load;
mod loader;
mod postgres;
mod snapshot;
mod sqlite;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::{ConnectOptions, Database, DatabaseConnection};

use crate::ddl::{self, Dialect};
use crate::definition::System;
use crate::field::Kind;
use crate::package::Package;
use crate::progress::SharedProgress;

pub use error::{LoadError, Refusal, StoreError};
pub use load::{LoadOptions, Loaded, Outcome, PhaseTime};
pub use snapshot::{Snapshot, State};

use postgres::PostgresStore;
use sqlite::SqliteStore;

/// A connection that rested longer is tried before it is used.
const RESTED: Duration = Duration::from_secs(1);

/// The snapshots of one system in one database.
///
/// Opening does not connect: a service starts while its database is down and says so in its readiness.
#[derive(Debug, Clone)]
pub struct Store {
    system: Arc<System>,
    fingerprint: Arc<str>,
    place: Place,
}

#[derive(Debug, Clone)]
enum Place {
    Postgres(Box<PostgresStore>),
    Sqlite(SqliteStore),
}

/// Where a snapshot is.
#[derive(Debug, Clone)]
pub enum Location {
    /// In a schema of a server.
    Postgres(Box<PgConnectOptions>),
    /// In a file that never changes.
    Sqlite(Box<SqliteConnectOptions>),
}

/// How a service connects to a snapshot.
#[derive(Debug, Clone)]
pub struct PoolOptions {
    /// Most connections at a time.
    pub max_connections: u32,
    /// Connections kept when idle.
    pub min_connections: u32,
    /// How long a request waits for a connection.
    pub acquire_timeout: Duration,
    /// How long a statement may take (PostgreSQL).
    pub statement_timeout: Option<Duration>,
}

impl Default for PoolOptions {
    fn default() -> Self {
        Self {
            max_connections: 8,
            min_connections: 0,
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: None,
        }
    }
}

impl Store {
    /// The snapshots of `system` in the database `url`: `postgres://…`, or `sqlite://FOLDER`.
    ///
    /// # Errors
    /// [`StoreError::Url`] for another URL, [`StoreError::Definition`] for tables that cannot be loaded.
    pub fn open(url: &str, system: &System) -> Result<Self, StoreError> {
        check_definition(system)?;
        let place = if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Place::Postgres(Box::new(PostgresStore::open(url, system.name)?))
        } else if let Some(folder) = url
            .strip_prefix("sqlite://")
            .filter(|folder| !folder.is_empty())
        {
            Place::Sqlite(SqliteStore::open(PathBuf::from(folder), system.name))
        } else {
            return Err(StoreError::Url);
        };
        let dialect = match place {
            Place::Postgres(_) => Dialect::Postgres,
            Place::Sqlite(_) => Dialect::Sqlite,
        };
        Ok(Self {
            system: Arc::new(system.clone()),
            fingerprint: fingerprint(system, dialect).into(),
            place,
        })
    }

    /// The system whose snapshots these are.
    #[must_use]
    pub fn system(&self) -> &System {
        &self.system
    }

    /// The snapshot that is served; `None` before the first load. Cheap enough to be asked every second.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] if the database is not there, [`StoreError::Outdated`] if the snapshot was loaded by a
    /// program with other tables.
    pub async fn active(&self) -> Result<Option<Snapshot>, StoreError> {
        let active = match &self.place {
            Place::Postgres(store) => store.active().await?,
            Place::Sqlite(store) => store.active().await?,
        };
        match active {
            Some(active) if active.definition != *self.fingerprint => {
                Err(StoreError::Outdated { id: active.id })
            }
            active => Ok(active),
        }
    }

    /// All snapshots, the active one first.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be asked.
    pub async fn list(&self) -> Result<Vec<Snapshot>, StoreError> {
        match &self.place {
            Place::Postgres(store) => store.list().await,
            Place::Sqlite(store) => store.list().await,
        }
    }

    /// Loads `package` and switches to it.
    ///
    /// # Errors
    /// [`LoadError`]; the snapshot that was active before goes on being served.
    pub async fn load(
        &self,
        package: &Package,
        options: &LoadOptions,
        progress: SharedProgress,
    ) -> Result<Outcome, LoadError> {
        match &self.place {
            Place::Postgres(store) => {
                load::load(self, store.loader().await?, package, options, progress).await
            }
            Place::Sqlite(store) => {
                load::load(self, store.loader()?, package, options, progress).await
            }
        }
    }

    /// Makes the previous snapshot the active one, and the active one the previous; `at` is the time of the switch.
    ///
    /// # Errors
    /// [`StoreError::NoPrevious`] if there is none to go back to, [`StoreError::Busy`] while a load is running.
    pub async fn rollback(&self, at: DateTime<Utc>) -> Result<Snapshot, StoreError> {
        match &self.place {
            Place::Postgres(store) => load::rollback(store.loader().await?, at).await,
            Place::Sqlite(store) => load::rollback(store.loader()?, at).await,
        }
    }

    /// Where `snapshot` is, for those who keep connections of their own.
    #[must_use]
    pub fn location(&self, snapshot: &Snapshot, pool: &PoolOptions) -> Location {
        match &self.place {
            Place::Postgres(store) => {
                Location::Postgres(Box::new(store.server(snapshot, pool.statement_timeout)))
            }
            Place::Sqlite(store) => Location::Sqlite(Box::new(store.file(snapshot))),
        }
    }

    /// Connects to `snapshot` for reading. SQLite files are opened as never changing, which they are.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] if no connection can be made.
    pub async fn connect(
        &self,
        snapshot: &Snapshot,
        pool: &PoolOptions,
    ) -> Result<DatabaseConnection, StoreError> {
        let mut options = match &self.place {
            Place::Postgres(store) => store.connect_options(snapshot),
            Place::Sqlite(store) => store.connect_options(snapshot),
        };
        options
            .max_connections(pool.max_connections)
            .min_connections(pool.min_connections)
            .acquire_timeout(pool.acquire_timeout)
            .connect_timeout(pool.acquire_timeout)
            .test_before_acquire_if_idle_for(RESTED);
        if let (Place::Postgres(_), Some(timeout)) = (&self.place, pool.statement_timeout) {
            options.statement_timeout(timeout);
        }
        Database::connect(quiet(options))
            .await
            .map_err(StoreError::unreachable)
    }
}

/// Statements carry personal data: they are neither logged nor put into spans.
fn quiet(mut options: ConnectOptions) -> ConnectOptions {
    options.sqlx_logging(false).record_stmt_in_spans(false);
    options
}

/// Names the tables as this program wants them, so that a snapshot loaded by another program is told apart.
fn fingerprint(system: &System, dialect: Dialect) -> String {
    crate::digest::hex(&crate::digest::of(
        ddl::listing(system, dialect).join(";\n").as_bytes(),
    ))
}

fn check_definition(system: &System) -> Result<(), StoreError> {
    let fits = |name: &str| {
        name.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-')
        }) && name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.len() <= 40
    };
    if !fits(system.name) {
        return Err(StoreError::Definition(format!(
            "`{}` is no name for a system",
            system.name
        )));
    }
    for table in &system.tables {
        for name in &table.key {
            let column = table.columns.iter().find(|column| column.name == *name);
            if column.is_none_or(|column| column.nullable || column.kind == Kind::Decimal) {
                let words = format!(
                    "the key column {}.{name} is missing, optional or a decimal",
                    table.name
                );
                return Err(StoreError::Definition(words));
            }
        }
    }
    Ok(())
}
