//! Health insurance enrolment (健保承保系統): who is covered, by which card, and what is owed.
//!
//! The declaration is [`CAPABILITY`]. A table is a file in `tables/`, a question a file in `lookups/`, an application
//! one in `applications/`; what an answer looks like is in `records/`; who may ask is in `access.cedar`. Cover is decided for
//! the day on which it is asked, and never by what is owed.

mod applications;
mod invented;
mod lookups;
mod records;
mod sample;
pub mod tables;

use capability::reads_back;
use tables::{enrolment, nhi_card};

capability::declare! {
    name: "health-enrolment",
    system_name: "健保承保系統",
    summary: "Answers citizens about their health insurance, and officers and clinicians whether somebody is covered today, \
              from a restored snapshot of the enrolment register.",
    recovery_tier: 0,
    schema_version: 1,
    probes: [
        reads_back::<enrolment::Entity>("an enrolment is found by its key"),
        reads_back::<nhi_card::Entity>("a card is found by its number"),
    ],
}
