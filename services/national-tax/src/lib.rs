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

use capability::{Capability, reads_back};

/// The declaration of this capability.
pub const CAPABILITY: Capability = Capability {
    name: "national-tax",
    system_name: "國稅系統",
    summary: "Answers taxpayers about assessments, refunds and payments, anybody about the tax registration of a \
              business, and officers about a taxpayer, from a restored snapshot of the national taxes.",
    recovery_tier: 1,
    schema_version: 1,
    tables: tables::definitions,
    probes: || {
        vec![reads_back::<tables::assessment::Entity>(
            "an assessment is found by its key",
        )]
    },
    invent: invented::rows,
    routes: |config| {
        lookups::routes(config);
        applications::routes(config);
    },
    applications: applications::KINDS,
    sample: Some(|_, _, day| Box::pin(std::future::ready(Ok(Some(sample::application(day)))))),
    policy: include_str!("access.cedar"),
};
