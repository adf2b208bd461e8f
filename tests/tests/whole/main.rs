//! The whole, as in production: three processes behind one door, on SQLite, and on PostgreSQL with Redis.
#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod command;
mod failing;
mod filing;
mod measures;
mod operations;
mod people_ask;
mod poor_link;
mod privacy;
mod rebuilt_databases;
mod slow_clients;
mod stalling;
mod stopping;
mod switching;
mod tokens;
mod traces;
mod vault;
mod vault_databases;
mod vaults;
mod world;
