//! Vehicles and drivers (車籍與駕籍系統): whose vehicle it is, who may drive, and which tickets are open.
//!
//! The declaration is [`CAPABILITY`]. A table is a file in `tables/`, a question a file in `lookups/`, an application
//! one in `applications/`; what an answer looks like is in `records/`; who may ask is in `access.cedar`. Whether something
//! is valid is decided for the day on which it is asked.

mod applications;
mod invented;
mod lookups;
mod records;
mod sample;
pub mod tables;

use capability::reads_back;
use tables::{driver_licence, vehicle};

capability::declare! {
    name: "vehicle-driver",
    system_name: "車籍與駕籍系統",
    summary: "Answers citizens about their vehicles, licences and tickets, and officers at the road-side about a plate in any \
              writing and a driver, from a restored snapshot of the vehicle and driver registers.",
    recovery_tier: 1,
    schema_version: 1,
    probes: [
        reads_back::<vehicle::Entity>("a vehicle is found by its plate"),
        reads_back::<driver_licence::Entity>("a licence is found by its key"),
    ],
}
