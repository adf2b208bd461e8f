//! Local taxes (地稅系統): bills for houses, land and vehicles, proofs of payment, and relief after a disaster.
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
mod tax;

use capability::any_reads_back;
use tables::{bill, house};

capability::declare! {
    name: "local-tax",
    system_name: "地稅系統",
    summary: "Answers taxpayers about bills, payments and houses, officers about a taxpayer, and estimates reliefs after \
              a disaster, from a restored snapshot of the local taxes.",
    recovery_tier: 1,
    schema_version: 1,
    probes: [
        any_reads_back::<bill::Entity>("a bill is found by its number"),
        any_reads_back::<house::Entity>("a house is found by its number"),
    ],
}
