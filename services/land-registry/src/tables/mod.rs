//! The tables of the snapshot, one file each.

pub mod building;
pub mod encumbrance;
pub mod ownership;
pub mod parcel;

use snapshot::{Table, TableDefinition};

pub(crate) fn definitions() -> Vec<TableDefinition> {
    vec![
        parcel::Model::definition(),
        building::Model::definition(),
        ownership::Model::definition(),
        encumbrance::Model::definition(),
    ]
}
