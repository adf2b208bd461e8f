//! Packages of every kind through the public interface, on both databases.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod absent;
mod broken;
mod databases;
mod encodings;
mod fixture;
mod killed;
mod loading;
mod quarantine;
mod rows;
mod signed;
mod switching;
mod tables;
mod written;
