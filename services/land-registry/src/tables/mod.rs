//! The tables of the snapshot, one file each.

pub mod building;
pub mod encumbrance;
pub mod ownership;
pub mod parcel;

capability::tables![parcel, building, ownership, encumbrance];
