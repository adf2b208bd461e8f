//! Images built by the real builder, and the lists of what the programs are made of.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod built;
mod listed;
mod pushed;
mod refused;
mod runs;
mod small;
