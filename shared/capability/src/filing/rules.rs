//! Rules that many forms share; each refuses with the field at fault.

use chrono::NaiveDate;
use runtime::problem::{Kind, Problem};

/// What a form names is not the applicant's, or does not exist: one answer for both, so that nobody finds out which.
#[must_use]
pub fn not_yours(field: &'static str) -> Problem {
    Problem::new(Kind::Unprocessable).field(
        field,
        "you have none of this kind with this number",
        "查無您名下的此項資料。",
    )
}

/// A day that must not lie after `last`.
///
/// # Errors
/// 422 with the field.
pub fn not_later(field: &'static str, day: NaiveDate, last: NaiveDate) -> Result<(), Problem> {
    if day <= last {
        return Ok(());
    }
    Err(Problem::new(Kind::Unprocessable).field(
        field,
        format!("must not be after {last}"),
        format!("不得晚於 {last}。"),
    ))
}

/// A day that must not lie before `first`.
///
/// # Errors
/// 422 with the field.
pub fn not_before(field: &'static str, day: NaiveDate, first: NaiveDate) -> Result<(), Problem> {
    if day >= first {
        return Ok(());
    }
    Err(Problem::new(Kind::Unprocessable).field(
        field,
        format!("must not be before {first}"),
        format!("不得早於 {first}。"),
    ))
}
