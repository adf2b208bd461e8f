//! Days as the law in Taiwan counts them: in Taipei's time (UTC+8, without daylight saving), by whole days, and periods by
//! the Civil Code (民法) §§120–121.
//!
//! That a period which ends on a day of rest goes on to the next working day (民法 §122) depends on the government's
//! calendar of each year and is left to the agency: no period here is longer than its count.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta, Utc};

/// Taipei's distance from UTC.
const AHEAD: TimeDelta = TimeDelta::hours(8);

/// The day in Taipei at `instant`.
#[must_use]
pub fn day(instant: DateTime<Utc>) -> NaiveDate {
    (instant.naive_utc() + AHEAD).date()
}

/// The instant at which `day` ends in Taipei: the first one that is no longer part of it.
#[must_use]
pub fn end_of(day: NaiveDate) -> DateTime<Utc> {
    let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
    next.and_time(NaiveTime::MIN).and_utc() - AHEAD
}

/// The last day of a period of so many days after `event`, whose own day does not count (民法 §120 II).
#[must_use]
pub fn days_after(event: NaiveDate, days: u32) -> NaiveDate {
    // Periods beyond the calendar end with it.
    event
        .checked_add_days(Days::new(days.into()))
        .unwrap_or(NaiveDate::MAX)
}

/// The last day of a period of so many months after `event`. The period begins on the day after the event (民法 §120 II)
/// and ends on the day before the one that corresponds to its first day, or, where the last month has no such day, on
/// that month's last (民法 §121 II).
#[must_use]
pub fn months_after(event: NaiveDate, months: u32) -> NaiveDate {
    months_from(days_after(event, 1), months)
}

/// The last day of a period of so many months whose first day is `first` itself (民法 §121 II).
#[must_use]
pub fn months_from(first: NaiveDate, months: u32) -> NaiveDate {
    let same_day_or_last = first
        .checked_add_months(Months::new(months))
        .unwrap_or(NaiveDate::MAX);
    if same_day_or_last.day() == first.day() {
        same_day_or_last.pred_opt().unwrap_or(first)
    } else {
        same_day_or_last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_begins_and_ends_in_taipei() {
        for (instant, day_there) in [
            ("2026-11-20T15:59:59Z", "2026-11-20"),
            ("2026-11-20T16:00:00Z", "2026-11-21"),
            ("2026-12-31T16:00:00Z", "2027-01-01"),
        ] {
            assert_eq!(day(instant.parse().unwrap()), date(day_there), "{instant}");
        }
        let end = end_of(date("2026-11-20"));
        assert_eq!(
            end,
            "2026-11-20T16:00:00Z".parse::<DateTime<Utc>>().unwrap()
        );
        assert_eq!(day(end - TimeDelta::seconds(1)), date("2026-11-20"));
        assert_eq!(day(end), date("2026-11-21"));
    }

    #[test]
    fn the_day_of_the_event_does_not_count() {
        assert_eq!(days_after(date("2026-10-01"), 30), date("2026-10-31"));
        assert_eq!(
            days_after(date("2028-02-01"), 30),
            date("2028-03-02"),
            "a leap year"
        );
    }

    #[test]
    fn months_end_before_the_corresponding_day_or_on_the_last() {
        for (event, last) in [
            ("2026-01-15", "2026-02-15"),
            ("2026-01-27", "2026-02-27"),
            ("2026-01-28", "2026-02-28"),
            ("2026-01-30", "2026-02-28"),
            ("2026-01-31", "2026-02-28"),
            ("2028-01-31", "2028-02-29"),
            // From 1 March a month is the whole of March.
            ("2026-02-28", "2026-03-31"),
            ("2026-04-30", "2026-05-31"),
            ("2026-12-31", "2027-01-31"),
        ] {
            assert_eq!(months_after(date(event), 1), date(last), "{event}");
        }
        assert_eq!(months_from(date("2026-08-31"), 6), date("2027-02-28"));
        assert_eq!(months_from(date("2026-09-01"), 6), date("2027-02-28"));
        assert_eq!(months_from(date("2026-09-02"), 6), date("2027-03-01"));
        assert_eq!(
            months_after(date("2021-11-20"), 60),
            date("2026-11-20"),
            "five years"
        );
        assert!(
            months_after(NaiveDate::MAX, 1) > date("9999-12-31"),
            "the calendar's end"
        );
    }
}
