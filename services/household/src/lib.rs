//! Household registration (戶政與役政資訊系統): who people are, where they live, who their kin are.
//!
//! The declaration is [`CAPABILITY`]. A table is a file in `tables/`, a question a file in `lookups/`, an application one in
//! `applications/`; what an answer looks like is in `records/`; who may ask is in `access.cedar`; who may be seen is in
//! `protection`.

mod applications;
mod invented;
mod lookups;
mod protection;
mod records;
pub mod sample;
pub mod tables;

use capability::reads_related;
use tables::{household, person};

capability::declare! {
    name: "household",
    system_name: "戶政與役政資訊系統",
    summary: "Answers citizens about themselves, their household and kin, and officers about persons, households and \
              everyone at an address, from a restored snapshot of the household register.",
    recovery_tier: 0,
    schema_version: 1,
    probes: [
        reads_related::<person::Entity, household::Entity>("a person is found with their household"),
    ],
}
