//! Deferral, instalments and losses by the law, as plain computation: no table, no request, no clock.

mod deferral;
mod loss;

pub(crate) use deferral::{Arrangement, Plan};
pub(crate) use loss::{DAYS_TO_DECLARE, LossFinding, net_loss};
