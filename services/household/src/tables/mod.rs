//! The tables of the snapshot, one file each.

pub mod household;
pub mod id_card;
pub mod person;

capability::tables![person, household, id_card];
