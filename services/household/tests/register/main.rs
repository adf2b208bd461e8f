//! The household capability over real HTTP, on SQLite and on PostgreSQL.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod applications;
mod health;
mod identity_check;
mod officer;
mod own;
mod protection;
mod refusals;
mod replica;
mod site;
