//! Labour insurance (勞保系統): who was insured where and for how long, what that comes to, and what was claimed.
//!
//! The declaration is [`CAPABILITY`]. A table is a file in `tables/`, a question a file in `lookups/`, an application one in
//! `applications/`; what the law computes is in `rules/`; who may ask is in `access.cedar`.

mod applications;
mod invented;
mod lookups;
mod records;
mod rules;
mod sample;
pub mod tables;

use capability::{any_reads_back, reads_back};
use tables::{coverage, insured_unit};

capability::declare! {
    name: "labor-insurance",
    system_name: "勞保系統",
    summary: "Answers insured people about their coverage, insured years, benefits and claims, employers about their own \
              roster, and officers about a person, from a restored snapshot of the labour insurance.",
    recovery_tier: 1,
    schema_version: 1,
    probes: [
        reads_back::<insured_unit::Entity>("an insured unit is found by its number"),
        any_reads_back::<coverage::Entity>("a coverage is found by its key"),
    ],
}
