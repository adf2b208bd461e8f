//! What answers look like.

mod licence;
mod vehicle_record;
mod violation_record;

pub(crate) use licence::{Driver, Licence};
pub(crate) use vehicle_record::{VehicleRecord, inspection_valid};
pub(crate) use violation_record::{OPEN, ViolationRecord};
