//! The tables of the snapshot, one file each.

pub mod bill;
pub mod house;

use snapshot::{Table, TableDefinition};

pub(crate) fn definitions() -> Vec<TableDefinition> {
    vec![bill::Model::definition(), house::Model::definition()]
}
