//! What the chart and the manifests promise, without a cluster.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod accepted;
mod capabilities;
mod checkers;
mod consistency;
mod contradictions;
mod cost;
mod documents;
mod images;
mod network;
mod operators;
mod pods;
mod refusals;
mod rendered;
mod rules;
mod served;
mod upgrades;
mod written;
