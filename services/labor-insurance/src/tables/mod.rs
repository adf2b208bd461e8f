//! The tables of the snapshot, one file each.

pub mod benefit_claim;
pub mod coverage;
pub mod insured_unit;

use snapshot::{Table, TableDefinition};

pub(crate) fn definitions() -> Vec<TableDefinition> {
    vec![
        coverage::Model::definition(),
        insured_unit::Model::definition(),
        benefit_claim::Model::definition(),
    ]
}
