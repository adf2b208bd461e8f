//! The data stores, each a server of its own.

use test_support::postgres::{self, psql};
use test_support::{rabbitmq, redis};
use tokio::task::spawn_blocking;

use crate::Failure;

/// As an operator would set it, on a small machine; durable.
const SETTINGS: [(&str, &str); 4] = [
    ("max_connections", "500"),
    ("shared_buffers", "256MB"),
    ("max_wal_size", "2GB"),
    // Reads that are in the way of what the replica replays are cancelled soon, so that it never falls far behind.
    ("max_standby_streaming_delay", "2s"),
];

/// The database of all services.
const DATABASE: &str = "lifeboat";

/// Running servers.
#[derive(Debug)]
pub(super) struct Servers {
    pub(super) replica: postgres::Server,
    pub(super) primary: postgres::Server,
    pub(super) redis: redis::Server,
    pub(super) rabbitmq: rabbitmq::Server,
}

impl Servers {
    pub(super) async fn start() -> Result<Self, Failure> {
        // Each takes a while, and most of it waits.
        let databases = spawn_blocking(|| {
            let primary = postgres::Server::start_with(&SETTINGS);
            psql(primary.url(), &format!("CREATE DATABASE {DATABASE}"))?;
            let replica = primary.replica();
            Ok::<_, String>((primary, replica))
        });
        let rabbitmq = spawn_blocking(rabbitmq::Server::start);
        let redis = spawn_blocking(redis::Server::start);
        let failed = |_| "the servers that a cluster stands on did not start";
        let (primary, replica) = databases.await.map_err(failed)??;
        Ok(Self {
            replica,
            primary,
            redis: redis.await.map_err(failed)?,
            rabbitmq: rabbitmq.await.map_err(failed)?,
        })
    }

    /// Where services find their schemas, and where lookups are read.
    pub(super) fn urls(&self) -> (String, String) {
        (of_database(&self.primary), of_database(&self.replica))
    }
}

fn of_database(server: &postgres::Server) -> String {
    let url = server.url();
    let head = url.rsplit_once('/').map_or(url, |(head, _)| head);
    format!("{head}/{DATABASE}")
}
