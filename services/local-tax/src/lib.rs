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

use capability::{Capability, any_reads_back};

/// The declaration of this capability.
pub const CAPABILITY: Capability = Capability {
    name: "local-tax",
    system_name: "地稅系統",
    summary: "Answers taxpayers about bills, payments and houses, officers about a taxpayer, and estimates reliefs after \
              a disaster, from a restored snapshot of the local taxes.",
    recovery_tier: 1,
    schema_version: 1,
    tables: tables::definitions,
    probes: || {
        vec![
            any_reads_back::<tables::bill::Entity>("a bill is found by its number"),
            any_reads_back::<tables::house::Entity>("a house is found by its number"),
        ]
    },
    invent: invented::rows,
    routes: |config| {
        lookups::routes(config);
        applications::routes(config);
    },
    applications: applications::KINDS,
    sample: Some(|db, person, day| Box::pin(sample::application(db, person, day))),
    policy: include_str!("access.cedar"),
};
