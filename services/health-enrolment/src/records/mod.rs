//! What answers look like.

mod arrears_record;
mod card;
mod care;
mod cover;
mod period;

pub(crate) use arrears_record::{ArrearsRecord, OWED, Owed};
pub(crate) use card::Card;
pub(crate) use care::Care;
pub(crate) use cover::Cover;
pub(crate) use period::Period;
