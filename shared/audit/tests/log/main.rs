//! The log on PostgreSQL and on SQLite.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod appending;
mod stores;
mod verifying;
