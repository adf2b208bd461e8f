//! The tables of the snapshot, one file each.

pub mod driver_licence;
pub mod vehicle;
pub mod violation;

capability::tables![vehicle, driver_licence, violation];
