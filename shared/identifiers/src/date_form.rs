//! The three forms in which agencies write a day.

use std::str::FromStr;

use chrono::{Datelike, NaiveDate};

use crate::{Invalid, RocDate, Rule};

/// How a day is written. Inside and in answers it is always [`DateForm::Iso`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DateForm {
    /// `2000-02-29` (ISO 8601)
    Iso,
    /// `20000229`
    Compact,
    /// `0890229` or `890229`, `-010531` before 1912 (民國)
    RepublicOfChina,
}

impl DateForm {
    /// The form of `raw`, told by its length and signs; no text has two.
    #[must_use]
    pub fn of(raw: &str) -> Option<Self> {
        match (raw.as_bytes(), raw.len()) {
            ([b'-', ..], 8) | (_, 6..=7) => Some(Self::RepublicOfChina),
            (_, 8) => Some(Self::Compact),
            (_, 10) => Some(Self::Iso),
            _ => None,
        }
    }

    /// Reads a day written in this form.
    ///
    /// # Errors
    /// [`Invalid`] with [`Rule::NoSuchDay`] for a day that is not in the calendar, other rules for other writings.
    pub fn parse(self, raw: &str) -> Result<NaiveDate, Invalid> {
        match self {
            Self::RepublicOfChina => raw.parse::<RocDate>().map(NaiveDate::from),
            Self::Compact => gregorian(raw, ["", ""]).map_err(Rule::of::<RocDate>),
            Self::Iso => gregorian(raw, ["-", "-"]).map_err(Rule::of::<RocDate>),
        }
    }

    /// Reads a day written in any of the three forms.
    ///
    /// # Errors
    /// As [`DateForm::parse`].
    pub fn parse_any(raw: &str) -> Result<NaiveDate, Invalid> {
        match Self::of(raw) {
            Some(form) => form.parse(raw),
            None => Err(Rule::no_form_of::<RocDate>(raw)),
        }
    }

    /// Writes a day in this form. The Gregorian forms write the years 1 to 9999 with four digits.
    #[must_use]
    pub fn write(self, day: NaiveDate) -> String {
        match self {
            Self::Iso => day.to_string(),
            Self::Compact => format!("{:04}{:02}{:02}", day.year(), day.month(), day.day()),
            Self::RepublicOfChina => RocDate::from(day).to_string(),
        }
    }
}

/// Four digits of year, two of month, two of day, with what stands before month and day. There is no year 0: after the year
/// before comes the year 1, as databases count.
fn gregorian(raw: &str, [before_month, before_day]: [&str; 2]) -> Result<NaiveDate, Rule> {
    if raw.is_empty() {
        return Err(Rule::Empty);
    }
    let (year, rest) = raw.split_at_checked(4).ok_or(Rule::Form)?;
    let (month, rest) = rest
        .strip_prefix(before_month)
        .and_then(|rest| rest.split_at_checked(2))
        .ok_or(Rule::Form)?;
    let day = rest
        .strip_prefix(before_day)
        .filter(|day| day.len() == 2)
        .ok_or(Rule::Form)?;
    NaiveDate::from_ymd_opt(digits(year)?, digits(month)?, digits(day)?)
        .filter(|day| day.year() > 0)
        .ok_or(Rule::NoSuchDay)
}

/// A number of nothing but digits (`parse` alone would take a sign).
pub(crate) fn digits<T: FromStr>(raw: &str) -> Result<T, Rule> {
    if raw.is_empty() || !raw.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Rule::Form);
    }
    raw.parse().map_err(|_| Rule::Range)
}
