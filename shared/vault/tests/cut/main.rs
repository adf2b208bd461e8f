//! What cutting files into extents promises.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod any_bytes;
mod daily;
mod files;
mod order;
mod shelf;
mod splitting;
mod state;
