//! The tables of the snapshot, one file each.

pub mod assessment;
pub mod business_registration;
pub mod payment;

use snapshot::{Table, TableDefinition};

pub(crate) fn definitions() -> Vec<TableDefinition> {
    vec![
        assessment::Model::definition(),
        business_registration::Model::definition(),
        payment::Model::definition(),
    ]
}
