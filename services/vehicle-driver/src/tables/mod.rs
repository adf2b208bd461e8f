//! The tables of the snapshot, one file each.

pub mod driver_licence;
pub mod vehicle;
pub mod violation;

use snapshot::{Table, TableDefinition};

pub(crate) fn definitions() -> Vec<TableDefinition> {
    vec![
        vehicle::Model::definition(),
        driver_licence::Model::definition(),
        violation::Model::definition(),
    ]
}
