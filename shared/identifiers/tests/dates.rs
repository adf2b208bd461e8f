//! Days in the three forms that meet in exports.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono::NaiveDate;
use identifiers::{DateForm, RocDate, Rule};

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

#[test]
fn republic_of_china_days_are_read() {
    for (raw, expected) in [
        ("0890229", day(2000, 2, 29)),
        ("890229", day(2000, 2, 29)),
        ("1151120", day(2026, 11, 20)),
        ("0010101", day(1912, 1, 1)),
        ("-011231", day(1911, 12, 31)),
        ("-010531", day(1911, 5, 31)),
        ("-0010531", day(1911, 5, 31)),
        ("-620101", day(1850, 1, 1)),
        ("-1120101", day(1800, 1, 1)),
    ] {
        assert_eq!(
            NaiveDate::from(raw.parse::<RocDate>().unwrap()),
            expected,
            "{raw}"
        );
        assert_eq!(
            DateForm::RepublicOfChina.parse(raw).unwrap(),
            expected,
            "{raw}"
        );
        assert_eq!(DateForm::parse_any(raw).unwrap(), expected, "{raw}");
    }
}

#[test]
fn days_that_are_not_in_the_calendar_are_refused() {
    for raw in [
        "1000229",
        "0000101",
        "-000101",
        "0891301",
        "0890431",
        "0890400",
        "20110229",
        "2011-02-29",
        "20110001",
        "00000101",
        "0000-01-01",
        "0000-12-31",
    ] {
        assert_eq!(
            DateForm::parse_any(raw).unwrap_err().rule(),
            Rule::NoSuchDay,
            "{raw}"
        );
    }
}

#[test]
fn the_first_and_the_last_year_of_four_digits_are_read() {
    for (raw, expected) in [
        ("0001-01-01", day(1, 1, 1)),
        ("00010101", day(1, 1, 1)),
        ("9999-12-31", day(9999, 12, 31)),
    ] {
        assert_eq!(DateForm::parse_any(raw).unwrap(), expected, "{raw}");
    }
}

#[test]
fn other_writings_are_refused() {
    for raw in [
        "89229",
        "+890229",
        "--90229",
        "0890229 ",
        "089/02/29",
        "２００００２２９",
        "2000-2-29",
        "2000/02/29",
        "02000229x",
        "2000-02-2",
        "-2000-02-29",
        "+200-02-29",
        "2000-0２-",
        "民國89年",
    ] {
        assert_eq!(
            DateForm::parse_any(raw).unwrap_err().rule(),
            Rule::Form,
            "{raw}"
        );
    }
    assert_eq!(DateForm::parse_any("").unwrap_err().rule(), Rule::Empty);
    assert_eq!(
        DateForm::Iso.parse("20000229").unwrap_err().rule(),
        Rule::Form
    );
    assert_eq!(
        DateForm::Compact.parse("2000-02-29").unwrap_err().rule(),
        Rule::Form
    );
    assert_eq!(
        DateForm::RepublicOfChina
            .parse("20000229")
            .unwrap_err()
            .rule(),
        Rule::Form
    );
}

#[test]
fn days_are_shown_as_people_read_them() {
    assert_eq!(RocDate::from(day(2000, 2, 29)).shown(), "民國89年2月29日");
    assert_eq!(RocDate::from(day(1911, 5, 31)).shown(), "民國前1年5月31日");
    assert_eq!(RocDate::from(day(1912, 1, 1)).year(), Some(1));
    assert_eq!(RocDate::from(day(1911, 12, 31)).year_before(), Some(1));
}

#[test]
fn every_day_from_1850_to_2100_goes_both_ways_in_every_form() {
    let mut today = day(1850, 1, 1);
    let mut days = 0;
    while today <= day(2100, 12, 31) {
        for form in [DateForm::Iso, DateForm::Compact, DateForm::RepublicOfChina] {
            let written = form.write(today);
            assert_eq!(DateForm::of(&written), Some(form), "{written}");
            assert_eq!(form.parse(&written).unwrap(), today, "{written}");
            assert_eq!(DateForm::parse_any(&written).unwrap(), today, "{written}");
        }
        today = today.succ_opt().unwrap();
        days += 1;
    }
    assert_eq!(days, 91_676);
}
