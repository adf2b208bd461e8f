//! What crosses services: services started as in production, signed-in people, and load.
//!
//! The end-to-end tests and the benchmarks use the same client and the same load.

pub mod balancer;
pub mod client;
pub mod cluster;
pub mod load;
pub mod people;
pub mod site;

/// Why something could not be done, in words for the reader of a failed test or bench.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
