//! Redis for tests: an own database on the shared server, or a server of one's own.

mod server;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

pub use server::{Redis, Server};

/// Where `cargo xtask test` says which Redis the tests may use: `redis://127.0.0.1:port`.
pub const VARIABLE: &str = "LIFEBOAT_TEST_REDIS";

/// How many databases a server of [`Server::start`] has; number 0 only counts out the others.
const DATABASES: u64 = 4096;

/// A Redis database of one's own, empty: `redis://127.0.0.1:port/number`.
///
/// # Panics
/// When there is no server that [`VARIABLE`] names.
pub async fn url() -> String {
    let server = crate::required(VARIABLE);
    tokio::task::spawn_blocking(move || own_database(&server))
        .await
        .unwrap_or_else(|error| panic!("{error}"))
}

fn own_database(server: &str) -> String {
    let address = server.trim_start_matches("redis://").trim_end_matches('/');
    let taken: u64 = command(address, "INCR lifeboat:test:databases")
        .ok()
        .and_then(|reply| reply.strip_prefix(':')?.parse().ok())
        .unwrap_or_else(|| panic!("Redis at {address} does not count"));
    let number = 1 + taken % (DATABASES - 1);
    format!("redis://{address}/{number}")
}

/// Sends one inline command and returns the reply's first line.
fn command(address: &str, words: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(format!("{words}\r\n").as_bytes())?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    Ok(line.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Server, command, url};

    #[tokio::test]
    async fn two_tests_never_share_a_database() {
        assert_ne!(url().await, url().await);
    }

    #[test]
    fn a_stopped_server_refuses_and_comes_back_on_the_same_port() {
        let mut server = Server::start();
        let address = format!("127.0.0.1:{}", server.port());
        assert_eq!(command(&address, "PING").unwrap(), "+PONG");
        server.kill();
        assert!(command(&address, "PING").is_err());
        server.start_again();
        assert_eq!(command(&address, "PING").unwrap(), "+PONG");
    }
}
