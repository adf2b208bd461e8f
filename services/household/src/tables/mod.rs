//! The tables of the snapshot, one file each.

pub mod household;
pub mod id_card;
pub mod person;

use snapshot::{Table, TableDefinition};

pub(crate) fn definitions() -> Vec<TableDefinition> {
    vec![
        person::Model::definition(),
        household::Model::definition(),
        id_card::Model::definition(),
    ]
}
