//! The days that the law counts by: Taiwan's, eight hours ahead of UTC and without summer time.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};

const AHEAD: TimeDelta = TimeDelta::hours(8);

/// The day it is in Taiwan at this instant.
#[must_use]
pub fn day(at: DateTime<Utc>) -> NaiveDate {
    (at + AHEAD).date_naive()
}

/// The first instant that is no longer this day in Taiwan. A period that ends on a day ends here (Civil Code §121).
#[must_use]
pub fn end_of(day: NaiveDate) -> DateTime<Utc> {
    let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
    next.and_time(NaiveTime::MIN).and_utc() - AHEAD
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_and_ends_at_midnight_in_taiwan() {
        let day_of = |text: &str| day(text.parse().unwrap()).to_string();
        assert_eq!(day_of("2026-11-20T15:59:59Z"), "2026-11-20");
        assert_eq!(day_of("2026-11-20T16:00:00Z"), "2026-11-21");
        let end = end_of(NaiveDate::from_ymd_opt(2026, 11, 20).unwrap());
        assert_eq!(end.to_rfc3339(), "2026-11-20T16:00:00+00:00");
    }
}
