//! Until when something can be filed.

use chrono::{DateTime, NaiveDate, Utc};
use runtime::problem::{Kind, Problem};
use runtime::taipei;

/// The last day on which an application can be filed; it ends at midnight in Taiwan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// The field of the form that the period is counted from.
    pub field: &'static str,
    /// The last day.
    pub last_day: NaiveDate,
    /// The rule, as the law calls it.
    pub law: &'static str,
}

impl Deadline {
    /// Refuses what comes after the last day.
    pub(crate) fn check(&self, now: DateTime<Utc>) -> Result<(), Problem> {
        if now < taipei::end_of(self.last_day) {
            return Ok(());
        }
        let (day, law) = (self.last_day, self.law);
        Err(Problem::new(Kind::Unprocessable).field(
            self.field,
            format!("the last day to file was {day} ({law})"),
            format!("申請期限為 {day}（{law}），已逾期。"),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_minute_counts_and_the_next_does_not() {
        let deadline = Deadline {
            field: "damaged_on",
            last_day: NaiveDate::from_ymd_opt(2026, 10, 31).unwrap(),
            law: "房屋稅條例第15條",
        };
        let at = |text: &str| deadline.check(text.parse().unwrap());
        assert!(at("2026-10-31T23:59:00+08:00").is_ok());
        assert!(at("2026-10-31T23:59:59.999999+08:00").is_ok());
        let late = at("2026-11-01T00:00:00+08:00").unwrap_err();
        assert_eq!(late.kind(), Kind::Unprocessable);
        assert!(at("2026-11-01T00:01:00+08:00").is_err());
    }
}
