//! Promises of keys that span more than one file.

mod custodians;
mod epochs;
mod known_answers;
mod sharing;

use chrono::{DateTime, Utc};

use super::ceremony::{self, NewMaster};

fn day() -> DateTime<Utc> {
    "2026-11-21T08:00:00Z".parse().unwrap()
}

fn ceremony(threshold: u8, custodians: u8) -> NewMaster {
    ceremony::hold(threshold, custodians, day()).unwrap()
}
