//! The tables of the snapshot, one file each.

pub mod assessment;
pub mod business_registration;
pub mod payment;

capability::tables![assessment, business_registration, payment];
