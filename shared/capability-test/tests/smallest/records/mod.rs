//! What answers look like.

mod shelter_record;
mod stay_record;

pub(crate) use shelter_record::ShelterRecord;
pub(crate) use stay_record::StayRecord;
