//! Days: ISO 8601, `YYYYMMDD` and Republic-of-China dates.

use chrono::NaiveDate;
use identifiers::{DateForm, Rule};

use super::{Cell, Field, FieldFault, Format, Kind};

/// Which written forms of a day a column accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DateForms {
    /// `YYYY-MM-DD` or `YYYYMMDD`: a column of type `date` with the default format.
    Western,
    /// `YYYY-MM-DD` only (`%Y-%m-%d`).
    Iso,
    /// `YYYYMMDD` only (`%Y%m%d`).
    Compact,
    /// Republic of China: `YYYMMDD`, `YYMMDD`, and `-YYMMDD` for years before it (`roc`).
    Roc,
    /// Any of them, told apart by length and sign; for columns that the package declares as text.
    ByShape,
}

impl DateForms {
    fn accept(self, form: DateForm) -> bool {
        match self {
            Self::Western => matches!(form, DateForm::Iso | DateForm::Compact),
            Self::Iso => form == DateForm::Iso,
            Self::Compact => form == DateForm::Compact,
            Self::Roc => form == DateForm::RepublicOfChina,
            Self::ByShape => true,
        }
    }

    fn expected(self) -> &'static str {
        match self {
            Self::Western => "a day as YYYY-MM-DD or YYYYMMDD",
            Self::Iso => "a day as YYYY-MM-DD",
            Self::Compact => "a day as YYYYMMDD",
            Self::Roc => {
                "a day of the Republic of China as YYYMMDD or YYMMDD, with a dash in front if before 1912"
            }
            Self::ByShape => "a day as YYYY-MM-DD, YYYYMMDD, or YYYMMDD of the Republic of China",
        }
    }
}

impl Field for NaiveDate {
    const KIND: Kind = Kind::Date;

    fn parse<'a>(raw: &'a str, format: &Format) -> Result<Cell<'a>, FieldFault> {
        let wrong = || FieldFault::new("date", format.date.expected());
        let form = DateForm::of(raw)
            .filter(|form| format.date.accept(*form))
            .ok_or_else(wrong)?;
        form.parse(raw)
            .map(Cell::Date)
            .map_err(|invalid| match invalid.rule() {
                Rule::NoSuchDay => FieldFault::new("no-such-day", "a day that is in the calendar"),
                _ => wrong(),
            })
    }

    fn written(&self) -> String {
        self.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(raw: &str, date: DateForms) -> Result<NaiveDate, &'static str> {
        let format = Format {
            date,
            ..Format::default()
        };
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
        assert_eq!(day("2000-02-29", DateForms::Western), Ok(ymd(2000, 2, 29)));
        assert_eq!(day("20000229", DateForms::Western), Ok(ymd(2000, 2, 29)));
        assert_eq!(day("0890229", DateForms::Western), Err("date"));
        assert_eq!(day("20000229", DateForms::Roc), Err("date"));
        assert_eq!(day("20000229", DateForms::Iso), Err("date"));
        assert_eq!(day("2000-02-29", DateForms::Compact), Err("date"));
    }

    #[test]
    fn years_of_the_republic_follow_its_calendar() {
        assert_eq!(day("0890229", DateForms::Roc), Ok(ymd(2000, 2, 29)));
        assert_eq!(day("1000229", DateForms::Roc), Err("no-such-day"));
        assert_eq!(day("391004", DateForms::Roc), Ok(ymd(1950, 10, 4)));
        assert_eq!(day("0010101", DateForms::Roc), Ok(ymd(1912, 1, 1)));
        assert_eq!(day("-011231", DateForms::Roc), Ok(ymd(1911, 12, 31)));
        assert_eq!(day("-120101", DateForms::Roc), Ok(ymd(1900, 1, 1)));
        assert_eq!(day("0000101", DateForms::Roc), Err("no-such-day"));
    }

    #[test]
    fn there_is_no_year_0() {
        assert_eq!(day("0000-01-01", DateForms::Western), Err("no-such-day"));
        assert_eq!(day("00000101", DateForms::ByShape), Err("no-such-day"));
        assert_eq!(day("0001-01-01", DateForms::Western), Ok(ymd(1, 1, 1)));
    }

    #[test]
    fn shape_tells_the_forms_apart_where_the_package_says_text() {
        assert_eq!(day("1950-10-04", DateForms::ByShape), Ok(ymd(1950, 10, 4)));
        assert_eq!(day("19501004", DateForms::ByShape), Ok(ymd(1950, 10, 4)));
        assert_eq!(day("0391004", DateForms::ByShape), Ok(ymd(1950, 10, 4)));
        for bad in [
            "",
            "1950-1-04",
            "1950/10/04",
            "03910",
            "十月十日",
            "2000-02-2９",
            "+0391004",
        ] {
            assert_eq!(day(bad, DateForms::ByShape), Err("date"), "{bad}");
        }
    }
}
