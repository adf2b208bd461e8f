//! The land register behind the gate, on both databases.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod classes;
mod site;
mod titles;
