//! The tables of the snapshot, one file each.

pub mod benefit_claim;
pub mod coverage;
pub mod insured_unit;

capability::tables![coverage, insured_unit, benefit_claim];
