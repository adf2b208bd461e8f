//! The smallest capability: two tables, three lookups, one application. It is what [`promise`] is about.

mod applications;
mod invented;
mod lookups;
mod promise;
mod records;
mod sample;
pub mod tables;

use capability::reads_back;
use tables::shelter;

capability::declare! {
    name: "shelters",
    system_name: "災民收容系統",
    summary: "Answers people about their stays in shelters, and anybody about a shelter, from a restored snapshot.",
    recovery_tier: 1,
    schema_version: 1,
    probes: [reads_back::<shelter::Entity>("a shelter is found by its number")],
}
