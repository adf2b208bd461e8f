//! The tables of the snapshot, one file each.

pub mod bill;
pub mod house;

capability::tables![bill, house];
