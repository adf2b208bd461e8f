//! What reading a source promises.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod databases;
mod folders;
mod packages;
mod reading;
