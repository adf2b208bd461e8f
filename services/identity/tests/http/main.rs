//! Identity over real HTTP, behind a gateway and in front of a household that are played here, on both databases.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access_log;
mod copies;
mod facts;
mod gate;
mod household;
mod keys;
mod oauth;
mod programs;
mod proofs;
mod refresh;
mod revocation;
mod starting;
mod world;
