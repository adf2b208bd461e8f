//! Insured time and benefits by the law, as plain computation: no table, no request, no clock.

mod average;
mod benefit;
mod insured_time;
mod old_age;
mod sickness;
mod unemployment;

pub(crate) use average::{Average, LeadingMonths};
pub(crate) use benefit::Benefit;
pub(crate) use insured_time::{InsuredTime, Period, insured_a_year_before, years_and_months};
pub(crate) use old_age::old_age;
pub(crate) use sickness::{Sickness, Treatment};
pub(crate) use unemployment::Unemployment;
