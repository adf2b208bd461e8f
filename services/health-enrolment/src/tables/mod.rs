//! The tables of the snapshot, one file each.

pub mod arrears;
pub mod enrolment;
pub mod nhi_card;

capability::tables![enrolment, nhi_card, arrears];
