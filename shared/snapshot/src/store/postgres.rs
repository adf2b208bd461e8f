//! Snapshots in PostgreSQL: a schema per system with the registry, a schema per snapshot with its tables.

mod indexer;
mod loader;
mod registry;

use std::str::FromStr as _;
use std::time::Duration;

use sea_orm::ConnectOptions;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::sqlx::{self, ConnectOptions as _, PgPool};

use crate::store::{Snapshot, StoreError};
use loader::PostgresLoader;
use registry::Registry;

/// Connections for asking what is active.
const WATCHERS: u32 = 2;

/// The snapshots of one system in PostgreSQL.
#[derive(Debug, Clone)]
pub(crate) struct PostgresStore {
    url: String,
    options: PgConnectOptions,
    watchers: PgPool,
    registry: Registry,
}

impl PostgresStore {
    pub(crate) fn open(url: &str, system: &'static str) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| StoreError::Url)?
            .application_name("lifeboat-snapshot")
            .disable_statement_logging();
        let watchers = PgPoolOptions::new()
            .max_connections(WATCHERS)
            .acquire_timeout(Duration::from_secs(5))
            .connect_lazy_with(options.clone());
        Ok(Self {
            url: url.to_owned(),
            options,
            watchers,
            registry: Registry::of(system),
        })
    }

    pub(crate) async fn active(&self) -> Result<Option<Snapshot>, StoreError> {
        let mut connection = self
            .watchers
            .acquire()
            .await
            .map_err(StoreError::unreachable)?;
        self.registry.active(&mut connection).await
    }

    pub(crate) async fn list(&self) -> Result<Vec<Snapshot>, StoreError> {
        let mut connection = self
            .watchers
            .acquire()
            .await
            .map_err(StoreError::unreachable)?;
        self.registry.list(&mut connection).await
    }

    pub(crate) fn connect_options(&self, snapshot: &Snapshot) -> ConnectOptions {
        let mut options = ConnectOptions::new(self.url.clone());
        options.set_schema_search_path(snapshot.place.clone());
        options
    }

    /// How to reach `snapshot`'s tables; a statement that takes longer than `limit` is ended.
    pub(crate) fn server(&self, snapshot: &Snapshot, limit: Option<Duration>) -> PgConnectOptions {
        let server = self
            .options
            .clone()
            .application_name("lifeboat-lookups")
            .options([("search_path", &snapshot.place)]);
        match limit {
            Some(limit) => server.options([("statement_timeout", limit.as_millis().to_string())]),
            None => server,
        }
    }

    pub(crate) async fn loader(&self) -> Result<PostgresLoader, StoreError> {
        PostgresLoader::lock(&self.options, self.registry.clone()).await
    }
}

/// What a statement that failed means.
fn failed(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed => StoreError::unreachable(error),
        other => StoreError::database(other),
    }
}
