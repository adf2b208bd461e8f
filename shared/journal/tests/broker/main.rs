//! What is published arrives, through every fault of the broker, and is consumed once.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(
    clippy::print_stdout,
    reason = "how much was seen is part of the proof"
)]

mod confirming;
mod consuming;
mod faults;
mod parking;
mod secure;
mod site;
