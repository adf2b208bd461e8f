//! Land registration (土地登記與地用系統): whose parcels and buildings are, by what right, and what burdens them.
//!
//! The declaration is [`CAPABILITY`]. A table is a file in `tables/`, a question a file in `lookups/`, an application
//! one in `applications/`; the parts of a transcript are in `records/`; who may ask is in `access.cedar`. What each class of
//! transcript shows is `identifiers::mask::transcript`, who may have which class is `entitlement`, whether shares add up is
//! `shares`.

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

use capability::reads_back;
use tables::{ownership, parcel};

capability::declare! {
    name: "land-registry",
    system_name: "土地登記與地用系統",
    summary: "Answers everybody with transcripts of parcels and buildings in the class that the law gives them, owners \
              about their titles over all land offices, and officers about anybody's, from a restored snapshot of the \
              land register.",
    recovery_tier: 1,
    schema_version: 1,
    probes: [
        reads_back::<parcel::Entity>("a parcel is found by its key"),
        reads_back::<ownership::Entity>("an ownership entry is found by its key"),
    ],
}
