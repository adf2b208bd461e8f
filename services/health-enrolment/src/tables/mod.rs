//! The tables of the snapshot, one file each.

pub mod arrears;
pub mod enrolment;
pub mod nhi_card;

use snapshot::{Table, TableDefinition};

pub(crate) fn definitions() -> Vec<TableDefinition> {
    vec![
        enrolment::Model::definition(),
        nhi_card::Model::definition(),
        arrears::Model::definition(),
    ]
}
