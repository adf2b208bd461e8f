//! RabbitMQ for tests: the shared broker, or one of one's own.

mod server;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

pub use server::{Rabbitmq, Server};

/// Where `cargo xtask test` says which RabbitMQ the tests may use: `amqp://user:password@127.0.0.1:port`.
pub const VARIABLE: &str = "LIFEBOAT_TEST_RABBITMQ";

/// What a client says first (AMQP 0-9-1 §4.2.2).
const PROTOCOL: &[u8; 8] = b"AMQP\0\0\x09\x01";

/// The URL of the shared broker. Tests share it with each other: what they declare there has names of their own.
///
/// # Panics
/// When there is no broker that [`VARIABLE`] names.
#[must_use]
pub fn url() -> String {
    crate::required(VARIABLE)
}

/// Whether a broker greets who connects: the first frame it sends is a method on channel 0.
fn greets(port: u16) -> bool {
    let greeting = || -> std::io::Result<[u8; 3]> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(PROTOCOL)?;
        let mut head = [0; 3];
        stream.read_exact(&mut head)?;
        Ok(head)
    };
    greeting().is_ok_and(|head| head == [1, 0, 0])
}

#[cfg(test)]
mod tests {
    use super::{Server, greets};

    #[test]
    fn a_killed_broker_is_silent_and_comes_back_on_the_same_port() {
        let mut server = Server::start();
        assert!(greets(server.port()));
        server.kill();
        assert!(!greets(server.port()));
        server.start_again();
        assert!(greets(server.port()));
        server.stop();
        assert!(!greets(server.port()));
    }
}
