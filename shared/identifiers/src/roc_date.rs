//! Days in the calendar of the Republic of China.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};

use crate::date_form::digits;
use crate::identifier::text_traits;
use crate::{Invalid, Rule};

/// Years to add to a year of the Republic; its first is 1912.
const EPOCH: i32 = 1911;

/// A day as the Republic of China counts (民國日期): year 1 is 1912.
///
/// Written `YYYMMDD`, read also as `YYMMDD`; a day before 1912 (民國前) as `-YYMMDD` with the years counted back from 1911
/// = 1. There is no year zero: `1000229` is no day (2011 has no leap day), `0890229` is one.
///
/// It is a way of writing, not of storing: columns hold [`NaiveDate`], since text of this form does not sort by time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RocDate(NaiveDate);

impl RocDate {
    /// The year of the Republic, from 1; `None` before 1912.
    #[must_use]
    pub fn year(self) -> Option<i32> {
        (self.0.year() > EPOCH).then(|| self.0.year() - EPOCH)
    }

    /// Years before the Republic, from 1 (= 1911); `None` from 1912 on.
    #[must_use]
    pub fn year_before(self) -> Option<i32> {
        (self.0.year() <= EPOCH).then(|| EPOCH + 1 - self.0.year())
    }

    /// As people read it: `民國89年2月29日`, `民國前1年5月31日`.
    #[must_use]
    pub fn shown(self) -> String {
        let (era, year) = match self.year() {
            Some(year) => ("民國", year),
            None => ("民國前", self.year_before().unwrap_or_default()),
        };
        format!("{era}{year}年{}月{}日", self.0.month(), self.0.day())
    }
}

impl From<NaiveDate> for RocDate {
    fn from(day: NaiveDate) -> Self {
        Self(day)
    }
}

impl From<RocDate> for NaiveDate {
    fn from(day: RocDate) -> Self {
        day.0
    }
}

impl FromStr for RocDate {
    type Err = Invalid;

    fn from_str(raw: &str) -> Result<Self, Invalid> {
        parse(raw).map(Self).map_err(Rule::of::<Self>)
    }
}

fn parse(raw: &str) -> Result<NaiveDate, Rule> {
    if raw.is_empty() {
        return Err(Rule::Empty);
    }
    let (before, number) = raw
        .strip_prefix('-')
        .map_or((false, raw), |number| (true, number));
    if !matches!(number.len(), 6 | 7) {
        return Err(Rule::Form);
    }
    let (year, month_day) = number
        .split_at_checked(number.len() - 4)
        .ok_or(Rule::Form)?;
    let (month, day) = month_day.split_at_checked(2).ok_or(Rule::Form)?;
    let (year, month, day) = (digits::<i32>(year)?, digits(month)?, digits(day)?);
    if year == 0 {
        return Err(Rule::NoSuchDay);
    }
    let gregorian = if before {
        EPOCH + 1 - year
    } else {
        EPOCH + year
    };
    NaiveDate::from_ymd_opt(gregorian, month, day).ok_or(Rule::NoSuchDay)
}

impl fmt::Display for RocDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (month, day) = (self.0.month(), self.0.day());
        match self.year() {
            Some(year) => write!(f, "{year:03}{month:02}{day:02}"),
            None => write!(
                f,
                "-{:02}{month:02}{day:02}",
                self.year_before().unwrap_or_default()
            ),
        }
    }
}

text_traits!(RocDate, personal; "date", "民國日期", "^-?[0-9]{6,7}$", "0890229");
