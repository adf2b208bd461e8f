//! National taxes (國稅系統): what was assessed, paid and is to be refunded, and whether a business is registered.
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

use capability::reads_back;
use tables::assessment;

capability::declare! {
    name: "national-tax",
    system_name: "國稅系統",
    summary: "Answers taxpayers about assessments, refunds and payments, anybody about the tax registration of a \
              business, and officers about a taxpayer, from a restored snapshot of the national taxes.",
    recovery_tier: 1,
    schema_version: 1,
    probes: [
        reads_back::<assessment::Entity>("an assessment is found by its key"),
    ],
}
