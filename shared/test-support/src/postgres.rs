//! PostgreSQL for tests: a fresh database on the shared server, or a server of one's own.

mod server;

use std::process::{Command, Stdio};

use uuid::Uuid;

pub use server::{Postgres, Server, program};

/// Where `cargo xtask test` says which PostgreSQL the tests may use: a URL of a superuser.
pub const VARIABLE: &str = "LIFEBOAT_TEST_POSTGRES";

/// A database of one's own, dropped with this value.
#[derive(Debug)]
pub struct Database {
    /// `postgres://user:password@127.0.0.1:port/name`
    pub url: String,
    name: String,
    server: String,
}

/// A fresh, empty database on the server that [`VARIABLE`] names.
///
/// # Panics
/// When there is no such server.
pub async fn database() -> Database {
    let server = crate::required(VARIABLE);
    tokio::task::spawn_blocking(move || Database::create(&server))
        .await
        .unwrap_or_else(|error| panic!("{error}"))
}

impl Database {
    /// A fresh, empty database on the server of this URL.
    ///
    /// # Panics
    /// When the server does not answer or refuses.
    #[must_use]
    pub fn create(server: &str) -> Self {
        let name = format!("test_{}", Uuid::new_v4().simple());
        // template0 is never connected to, so that many tests can copy it at once.
        psql(
            server,
            &format!("CREATE DATABASE {name} TEMPLATE template0"),
        )
        .unwrap_or_else(|error| panic!("no database for the test: {error}"));
        let head = server.rsplit_once('/').map_or(server, |(head, _)| head);
        Self {
            url: format!("{head}/{name}"),
            name,
            server: server.to_owned(),
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A server that the test stopped takes its databases with it.
        let _gone = psql(
            &self.server,
            &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name),
        );
    }
}

/// Runs one statement with the server's own client.
///
/// # Errors
/// What the client said.
pub fn psql(url: &str, statement: &str) -> Result<String, String> {
    let output = Command::new(program("psql"))
        .args(["--no-psqlrc", "--quiet", "--no-align", "--tuples-only"])
        .args(["--set", "ON_ERROR_STOP=1", "--command", statement, url])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Server, database, psql};

    /// Waits until the replica has so many rows.
    fn has_rows(replica: &Server, rows: &str) {
        let deadline = Instant::now() + Duration::from_secs(20);
        let counted = || psql(replica.url(), "SELECT count(*) FROM followed");
        while counted().as_deref() != Ok(rows) {
            assert!(Instant::now() < deadline, "{:?}", counted());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    #[tokio::test]
    async fn a_database_is_fresh_and_gone_afterwards() {
        let database = database().await;
        psql(&database.url, "CREATE TABLE own (id int)").unwrap();
        let (name, server) = (database.name.clone(), database.server.clone());
        drop(database);
        let count = format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'");
        assert_eq!(psql(&server, &count).unwrap(), "0");
    }

    #[test]
    fn a_replica_follows_and_catches_up_after_it_was_away() {
        let primary = Server::start();
        let mut replica = primary.replica();
        psql(primary.url(), "CREATE TABLE followed AS SELECT 1 AS id").unwrap();
        has_rows(&replica, "1");
        assert!(psql(replica.url(), "CREATE TABLE own (id int)").is_err());
        replica.kill();
        psql(primary.url(), "INSERT INTO followed VALUES (2)").unwrap();
        replica.start_again();
        has_rows(&replica, "2");
    }

    #[test]
    fn a_server_keeps_its_rows_through_a_kill() {
        let mut server = Server::start();
        psql(server.url(), "CREATE TABLE kept AS SELECT 1 AS id").unwrap();
        server.kill();
        assert!(psql(server.url(), "SELECT 1").is_err());
        server.start_again();
        assert_eq!(psql(server.url(), "SELECT id FROM kept").unwrap(), "1");
        server.stop();
        assert!(psql(server.url(), "SELECT 1").is_err());
    }
}
