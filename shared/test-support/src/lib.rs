//! Own servers, broken networks and processes for tests.
//!
//! Everything here is real: a real PostgreSQL, a real Redis, a real RabbitMQ, real sockets, real processes. What a test starts is its
//! own, listens on a free port of loopback, keeps its files in a temporary folder, and is gone when the value is
//! dropped, also when the test panics. A part that is missing fails the test; nothing is ever skipped.
//!
//! `cargo xtask test` installs and starts the shared servers and sets [`postgres::VARIABLE`], [`redis::VARIABLE`],
//! [`rabbitmq::VARIABLE`] and those of [`clouds`].
#![expect(
    clippy::panic,
    reason = "this crate only serves tests, and a test fails by panicking"
)]

pub mod authority;
pub mod child;
pub mod clouds;
pub mod collector;
pub mod folder;
pub mod link;
pub mod ports;
pub mod postgres;
pub mod process;
pub mod proxy;
pub mod rabbitmq;
pub mod redis;
pub mod server;
mod server_user;
pub mod tls_front;

/// The words of every failure for want of a server.
const RUN_INSTEAD: &str = "run `cargo xtask test [-- args]`, which starts what the tests need";

/// The environment variable's value, or a failure that says how to run the tests.
fn required(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| panic!("{variable} is not set: {RUN_INSTEAD}"))
}
