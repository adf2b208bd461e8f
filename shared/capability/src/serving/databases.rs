//! The databases that hold snapshots: the one that they are loaded into, and where there is one, a streaming replica of it.

use std::time::Duration;

use database::{Lanes, Place};
use runtime::process::StartError;
use secrecy::ExposeSecret;
use snapshot::{Location, PoolOptions, Snapshot, Store, StoreError, System};
use tokio::time::{Instant, timeout};

use super::choice::{self, Choice};
use crate::settings::Settings;
use crate::tables::{Replica, Server, Tables};

/// How long a database may take to say what is in service.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where snapshots are, and how they are connected to.
#[derive(Debug)]
pub(crate) struct Databases {
    primary: Store,
    replica: Option<Store>,
    pool: PoolOptions,
    /// Threads that answer.
    threads: usize,
    switch_patience: Duration,
    /// Since when the replica has another snapshot in service.
    behind_since: Option<Instant>,
    /// Whether the log has been told that the primary is away.
    primary_away: bool,
}

impl Databases {
    /// Those that the settings name. Connects to none.
    ///
    /// # Errors
    /// When a URL is not understood, or a replica is not PostgreSQL's.
    pub(crate) fn of(settings: &Settings, system: &System) -> Result<Self, StartError> {
        let limits = settings.limits;
        let deadline = Duration::from_millis(limits.deadline_ms);
        let primary = Store::open(settings.database.expose_secret(), system)?;
        let replica = match &settings.replica {
            Some(replica) => {
                let both = [&settings.database, &replica.database];
                let on_servers = both
                    .iter()
                    .all(|url| matches!(Place::of(url.expose_secret()), Ok(Place::Postgres)));
                if !on_servers {
                    return Err(
                        "replica.database: postgres://…, beside a database that is postgres://…"
                            .into(),
                    );
                }
                Some(Store::open(replica.database.expose_secret(), system)?)
            }
            None => None,
        };
        Ok(Self {
            primary,
            replica,
            pool: PoolOptions {
                max_connections: limits.database_connections,
                acquire_timeout: deadline / 2,
                statement_timeout: Some(deadline),
                ..PoolOptions::default()
            },
            threads: settings.server.threads(),
            switch_patience: settings.replica.as_ref().map_or(Duration::ZERO, |replica| {
                Duration::from_millis(replica.switch_patience_ms)
            }),
            behind_since: None,
            primary_away: false,
        })
    }

    /// The snapshot that is to be served now.
    ///
    /// # Errors
    /// When neither database answers.
    pub(super) async fn choose(&mut self) -> Result<Choice<Snapshot>, StoreError> {
        let of_replica = async {
            match &self.replica {
                Some(replica) => Some(active(replica).await),
                None => None,
            }
        };
        let (primary, replica) = tokio::join!(active(&self.primary), of_replica);
        let same = |one: &Snapshot, other: &Snapshot| one.id == other.id;
        let behind = choice::is_behind(&primary, replica.as_ref(), same);
        let since = behind.then(|| self.behind_since.unwrap_or_else(Instant::now));
        self.behind_since = since;
        let waited = since.is_some_and(|since| since.elapsed() >= self.switch_patience);
        let away = primary.as_ref().err().map(ToString::to_string);
        let choice = choice::choose(primary, replica, waited, same);
        if let (Some(error), Ok(_), false) = (&away, &choice, self.primary_away) {
            tracing::warn!(
                error,
                "the database is away; lookups are answered by its replica"
            );
        }
        self.primary_away = away.is_some();
        choice
    }

    /// Connects to a snapshot, for as many threads as answer. That the replica answers was seen just now; that the primary does
    /// is seen here, unless it is away.
    ///
    /// # Errors
    /// When the primary does not answer any more.
    pub(super) async fn connect(
        &self,
        snapshot: &Snapshot,
        on_replica: bool,
    ) -> Result<Tables, StoreError> {
        let (most, patience) = (self.pool.max_connections, self.pool.acquire_timeout);
        let threads = self.threads;
        let server = match self.primary.location(snapshot, &self.pool) {
            Location::Postgres(server) if self.primary_away => Ok(Server::Postgres(Box::new(
                Lanes::unopened(*server, most, threads, patience),
            ))),
            Location::Postgres(server) => Lanes::open(*server, most, threads, patience)
                .await
                .map(|lanes| Server::Postgres(Box::new(lanes))),
            Location::Sqlite(file) => Lanes::open(*file, most, threads, patience)
                .await
                .map(|lanes| Server::Sqlite(Box::new(lanes))),
        };
        let server = server.map_err(|error| StoreError::Unreachable(error.to_string()))?;
        let replica = self
            .replica
            .as_ref()
            .map(|store| store.location(snapshot, &self.pool));
        let replica = match replica {
            Some(Location::Postgres(server)) => {
                // Half of what a request waits: what is left is for the primary.
                let lanes = Lanes::unopened(*server, most, threads, patience / 2);
                Some(Replica::new(lanes, patience / 2, on_replica))
            }
            Some(Location::Sqlite(_)) | None => None,
        };
        Ok(Tables::new(server, replica))
    }
}

async fn active(store: &Store) -> Result<Option<Snapshot>, StoreError> {
    timeout(PATIENCE, store.active())
        .await
        .unwrap_or_else(|_| Err(StoreError::Unreachable("no answer in time".to_owned())))
}
