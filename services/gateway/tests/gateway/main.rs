//! The gateway over real HTTP, before services of the tests' own which verify every internal token.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod admission;
mod failing;
mod forwarding;
mod harness;
mod leaving;
mod limits;
mod lookups;
mod pages;
mod raw;
mod routing;
mod secure;
mod tokens;
