//! Land registration (土地登記與地用系統): whose parcels and buildings are, by what right, and what burdens them.
//!
//! The declaration is [`CAPABILITY`]. A table is a file in `tables/`, a question a file in `lookups/`, an application
//! one in `applications/`; the parts of a
//! transcript are in `records/`. What each class of transcript shows is `identifiers::mask::transcript`, who may have
//! which class is `entitlement`, whether shares add up is `shares`.

mod applications;
mod entitlement;
mod invented;
mod lookups;
mod object;
mod party;
mod records;
mod sample;
mod shares;
pub mod tables;

use capability::{Capability, reads_back};

/// The declaration of this capability.
pub const CAPABILITY: Capability = Capability {
    name: "land-registry",
    system_name: "土地登記與地用系統",
    summary: "Answers everybody with transcripts of parcels and buildings in the class that the law gives them, owners \
              about their titles over all land offices, and officers about anybody's, from a restored snapshot of the \
              land register.",
    recovery_tier: 1,
    schema_version: 1,
    tables: tables::definitions,
    probes: || {
        vec![
            reads_back::<tables::parcel::Entity>("a parcel is found by its key"),
            reads_back::<tables::ownership::Entity>("an ownership entry is found by its key"),
        ]
    },
    invent: invented::rows,
    routes: |config| {
        lookups::routes(config);
        applications::routes(config);
    },
    applications: applications::KINDS,
    sample: Some(sample::application),
    policy: include_str!("access.cedar"),
};
