//! What answers look like. Names and numbers are masked for their audience; mentions of hidden persons are left out.

mod household_record;
mod kin_record;
mod person_record;

pub(crate) use household_record::{HouseholdRecord, Member};
pub(crate) use kin_record::{KinRecord, KinRelation};
pub(crate) use person_record::{PersonRecord, mentioned};
