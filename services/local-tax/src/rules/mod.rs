//! What the law gives after a disaster, as plain computation: no table, no request, no clock.

mod damage;
mod house;
mod land;
mod relief;
mod vehicle;

pub(crate) use damage::DamagePercent;
pub(crate) use house::HouseDamage;
pub(crate) use land::{LandDamage, LandLoss};
pub(crate) use relief::{Relief, Verdict};
pub(crate) use vehicle::{VehicleDamage, VehicleKind};
