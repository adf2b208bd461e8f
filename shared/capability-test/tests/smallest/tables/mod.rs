//! The tables of the snapshot, one file each.

pub mod shelter;
pub mod stay;

capability::tables![shelter, stay];
