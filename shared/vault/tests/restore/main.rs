//! Restores from vaults on folders, with the data known and the clouds as bad as they may be; and what keeps them whole.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod chosen;
mod history;
mod keeping;
mod matrix;
mod resume;
mod sample;
mod troubled;
mod world;
