//! Vehicles and drivers (車籍與駕籍系統): whose vehicle it is, who may drive, and which tickets are open.
//!
//! The declaration is [`CAPABILITY`]. A table is a file in `tables/`, a question a file in `lookups/`, an application
//! one in `applications/`; what an answer
//! looks like is in `records/`. Whether something is valid is decided for the day on which it is asked.

mod applications;
mod invented;
mod lookups;
mod records;
mod sample;
pub mod tables;

use capability::{Capability, reads_back};

/// The declaration of this capability.
pub const CAPABILITY: Capability = Capability {
    name: "vehicle-driver",
    system_name: "車籍與駕籍系統",
    summary: "Answers citizens about their vehicles, licences and tickets, and officers at the road-side about a plate in any \
              writing and a driver, from a restored snapshot of the vehicle and driver registers.",
    recovery_tier: 1,
    schema_version: 1,
    tables: tables::definitions,
    probes: || {
        vec![
            reads_back::<tables::vehicle::Entity>("a vehicle is found by its plate"),
            reads_back::<tables::driver_licence::Entity>("a licence is found by its key"),
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
