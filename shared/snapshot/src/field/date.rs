//! Days: ISO 8601, `YYYYMMDD` and Republic-of-China dates.

use chrono::NaiveDate;

use super::{Cell, Field, FieldFault, Format, Kind};

/// Which written forms of a day a column accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DateForm {
    /// `YYYY-MM-DD` or `YYYYMMDD`: a column of type `date` with the default format.
    Western,
    /// `YYYY-MM-DD` only (`%Y-%m-%d`).
    Iso,
    /// `YYYYMMDD` only (`%Y%m%d`).
    Compact,
    /// Republic of China: `YYYMMDD`, `YYMMDD`, and `-YYMMDD` for years before it (`roc`).
    Roc,
    /// Any of them, told apart by length; for columns that the package declares as text.
    ByShape,
}

/// The year of the Republic of China that has no number: AD = ROC + 1911.
const ROC_YEAR_ZERO: i32 = 1911;

impl Field for NaiveDate {
    const KIND: Kind = Kind::Date;

    fn parse<'a>(raw: &'a str, format: &Format) -> Result<Cell<'a>, FieldFault> {
        let Some((year, month, day)) = read(raw.as_bytes(), format.date) else {
            return Err(FieldFault::new("date", expected(format.date)));
        };
        Self::from_ymd_opt(year, month, day)
            .map(Cell::Date)
            .ok_or_else(|| FieldFault::new("no-such-day", "a day that is in the calendar"))
    }
}

fn expected(form: DateForm) -> &'static str {
    match form {
        DateForm::Western => "a day as YYYY-MM-DD or YYYYMMDD",
        DateForm::Iso => "a day as YYYY-MM-DD",
        DateForm::Compact => "a day as YYYYMMDD",
        DateForm::Roc => "a day of the Republic of China as YYYMMDD or YYMMDD, with a dash in front if before 1912",
        DateForm::ByShape => "a day as YYYY-MM-DD, YYYYMMDD, or YYYMMDD of the Republic of China",
    }
}

/// Year (AD), month and day as written; whether the calendar has that day is not asked here.
fn read(raw: &[u8], form: DateForm) -> Option<(i32, u32, u32)> {
    let western = |raw: &[u8]| match raw.len() {
        10 if form != DateForm::Compact => iso(raw),
        8 if form != DateForm::Iso => split(raw, 4),
        _ => None,
    };
    match form {
        DateForm::Western | DateForm::Iso | DateForm::Compact => western(raw),
        DateForm::Roc => roc(raw),
        DateForm::ByShape => western(raw).or_else(|| roc(raw)),
    }
}

fn iso(raw: &[u8]) -> Option<(i32, u32, u32)> {
    if raw[4] != b'-' || raw[7] != b'-' {
        return None;
    }
    Some((number(&raw[..4])?.cast_signed(), number(&raw[5..7])?, number(&raw[8..])?))
}

fn roc(raw: &[u8]) -> Option<(i32, u32, u32)> {
    let (before, digits) = match raw.strip_prefix(b"-") {
        Some(digits) => (true, digits),
        None => (false, raw),
    };
    let (year, month, day) = match digits.len() {
        6 => split(digits, 2)?,
        7 => split(digits, 3)?,
        _ => return None,
    };
    match (year, before) {
        (0, _) => None,
        (year, false) => Some((ROC_YEAR_ZERO + year, month, day)),
        (year, true) => Some((ROC_YEAR_ZERO + 1 - year, month, day)),
    }
}

/// Digits without separators: `year` of them, then two for the month and two for the day.
fn split(raw: &[u8], year: usize) -> Option<(i32, u32, u32)> {
    let (years, rest) = raw.split_at(year);
    Some((number(years)?.cast_signed(), number(&rest[..2])?, number(&rest[2..])?))
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(raw: &str, date: DateForm) -> Result<NaiveDate, &'static str> {
        let format = Format { date, ..Format::default() };
        match NaiveDate::parse(raw, &format) {
            Ok(Cell::Date(day)) => Ok(day),
            Ok(other) => panic!("{other:?} is no day"),
            Err(fault) => Err(fault.rule),
        }
    }

    fn ymd(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn the_declared_form_decides() {
        assert_eq!(day("2000-02-29", DateForm::Western), Ok(ymd(2000, 2, 29)));
        assert_eq!(day("20000229", DateForm::Western), Ok(ymd(2000, 2, 29)));
        assert_eq!(day("0890229", DateForm::Western), Err("date"));
        assert_eq!(day("20000229", DateForm::Roc), Err("date"));
        assert_eq!(day("20000229", DateForm::Iso), Err("date"));
        assert_eq!(day("2000-02-29", DateForm::Compact), Err("date"));
    }

    #[test]
    fn years_of_the_republic_follow_its_calendar() {
        assert_eq!(day("0890229", DateForm::Roc), Ok(ymd(2000, 2, 29)));
        assert_eq!(day("1000229", DateForm::Roc), Err("no-such-day"));
        assert_eq!(day("391004", DateForm::Roc), Ok(ymd(1950, 10, 4)));
        assert_eq!(day("0010101", DateForm::Roc), Ok(ymd(1912, 1, 1)));
        assert_eq!(day("-011231", DateForm::Roc), Ok(ymd(1911, 12, 31)));
        assert_eq!(day("-120101", DateForm::Roc), Ok(ymd(1900, 1, 1)));
        assert_eq!(day("0000101", DateForm::Roc), Err("date"));
    }

    #[test]
    fn shape_tells_the_forms_apart_where_the_package_says_text() {
        assert_eq!(day("1950-10-04", DateForm::ByShape), Ok(ymd(1950, 10, 4)));
        assert_eq!(day("19501004", DateForm::ByShape), Ok(ymd(1950, 10, 4)));
        assert_eq!(day("0391004", DateForm::ByShape), Ok(ymd(1950, 10, 4)));
        for bad in ["", "1950-1-04", "1950/10/04", "03910", "十月十日", "2000-02-2９", "+0391004"] {
            assert_eq!(day(bad, DateForm::ByShape), Err("date"), "{bad}");
        }
    }
}
