//! Restores from vaults on folders, with the data known and the clouds as bad as they may be.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod chosen;
mod world;
