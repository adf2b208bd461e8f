//! 年資: how long somebody was insured, with overlapping, adjoining and open-ended coverage counted once (勞工保險條例).

use chrono::{Days, Months, NaiveDate};
use identifiers::Fraction;
use serde::Serialize;
use utoipa::ToSchema;

/// Days that make a year of insured time.
const DAYS_OF_YEAR: u64 = 365;
/// Days that make a month of what is less than a year; a month begun counts (勞工保險條例第19條: 未滿三十日者，以一個月計算).
const DAYS_OF_MONTH: u64 = 30;
const MONTHS_OF_YEAR: u64 = 12;

/// A coverage in one insured unit, from the day of enrolling to the day of withdrawing, both counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    /// 加保日期
    pub(crate) from: NaiveDate,
    /// 退保日期; none while it lasts.
    pub(crate) to: Option<NaiveDate>,
    /// 月投保薪資
    pub(crate) salary: i64,
}

/// Days on end, the first and the last one counted. 連續加保期間
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Span {
    /// 起日
    pub(crate) from: NaiveDate,
    /// 迄日
    pub(crate) to: NaiveDate,
    /// 日數
    pub(crate) days: u64,
}

impl Span {
    /// `None` where it would end before it begins.
    pub(crate) fn new(from: NaiveDate, to: NaiveDate) -> Option<Self> {
        let days = u64::try_from((to - from).num_days() + 1).ok()?;
        (days > 0).then_some(Self { from, to, days })
    }
}

impl Period {
    /// What of it lies between these days; one that lasts is counted up to the last of them.
    pub(crate) fn within(&self, first: NaiveDate, last: NaiveDate) -> Option<Span> {
        let to = self.to.map_or(last, |to| to.min(last));
        Span::new(self.from.max(first), to)
    }
}

/// Insured time and how it was counted. 投保年資
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct InsuredTime {
    /// The coverage put together: what overlaps or adjoins is one span. 合併後之連續加保期間
    pub(crate) spans: Vec<Span>,
    /// All days, each counted once. 加保總日數
    pub(crate) days: u64,
    /// Whole years of 365 days. 滿年數
    pub(crate) years: u64,
    /// Days beyond the whole years. 餘日數
    pub(crate) remaining_days: u64,
    /// Those days in months of 30 days; a month begun counts whole. 餘月數（未滿三十日以一個月計）
    pub(crate) months: u64,
    /// Coverage that still lasts is counted up to this day. 計算至
    pub(crate) counted_until: NaiveDate,
    /// Rows that end before they begin: they count for nothing and should be put right. 起迄顛倒之筆數
    pub(crate) inconsistent_rows: usize,
}

impl InsuredTime {
    /// Counts all of `periods` up to and with `last`.
    pub(crate) fn until(last: NaiveDate, periods: &[Period]) -> Self {
        Self::between(NaiveDate::MIN, last, periods)
    }

    /// Counts what of `periods` lies between `first` and `last`.
    pub(crate) fn between(first: NaiveDate, last: NaiveDate, periods: &[Period]) -> Self {
        let mut parts: Vec<Span> = periods
            .iter()
            .filter_map(|period| period.within(first, last))
            .collect();
        parts.sort_by_key(|span| span.from);
        let mut spans: Vec<Span> = Vec::new();
        for part in parts {
            match spans.last_mut() {
                Some(open) if part.from <= open.to + Days::new(1) => {
                    if let Some(joined) = Span::new(open.from, open.to.max(part.to)) {
                        *open = joined;
                    }
                }
                _ => spans.push(part),
            }
        }
        let days = spans.iter().map(|span| span.days).sum::<u64>();
        let months = (days % DAYS_OF_YEAR)
            .div_ceil(DAYS_OF_MONTH)
            .min(MONTHS_OF_YEAR);
        Self {
            days,
            years: days / DAYS_OF_YEAR,
            remaining_days: days % DAYS_OF_YEAR,
            months,
            counted_until: last,
            inconsistent_rows: periods
                .iter()
                .filter(|period| period.to.is_some_and(|to| to < period.from))
                .count(),
            spans,
        }
    }

    /// In years, exactly: months as twelfths.
    pub(crate) fn in_years(&self) -> Fraction {
        years_and_months(self.years, self.months)
    }
}

/// So many years and months in years, exactly.
pub(crate) fn years_and_months(years: u64, months: u64) -> Fraction {
    let all = u128::from(years) * u128::from(MONTHS_OF_YEAR) + u128::from(months);
    Fraction::new(all, MONTHS_OF_YEAR.into()).unwrap_or(Fraction::ZERO)
}

/// Whether somebody was insured for a year in all within the three years up to `day` (就業保險法第11條); none without any
/// coverage on record.
pub(crate) fn insured_a_year_before(day: NaiveDate, periods: &[Period]) -> Option<bool> {
    let first = day.checked_sub_months(Months::new(36))?.succ_opt()?;
    let days = InsuredTime::between(first, day, periods).days;
    (!periods.is_empty()).then_some(days >= DAYS_OF_YEAR)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn period(from: &str, to: &str) -> Period {
        Period {
            from: day(from),
            to: (!to.is_empty()).then(|| day(to)),
            salary: 30_300,
        }
    }

    fn counted(periods: &[(&str, &str)]) -> (Vec<(String, String)>, u64) {
        let periods: Vec<Period> = periods.iter().map(|(from, to)| period(from, to)).collect();
        let time = InsuredTime::until(day("2026-11-20"), &periods);
        let spans = time
            .spans
            .iter()
            .map(|span| (span.from.to_string(), span.to.to_string()))
            .collect();
        (spans, time.days)
    }

    type Spans = &'static [(&'static str, &'static str)];

    #[test]
    fn no_day_is_counted_twice_and_none_is_lost() {
        let spans = |all: &[(&str, &str)]| {
            all.iter()
                .map(|(from, to)| ((*from).to_owned(), (*to).to_owned()))
                .collect::<Vec<_>>()
        };
        let cases: [(Spans, Spans, u64); 10] = [
            (&[], &[], 0),
            // The first and the last day count.
            (
                &[("2020-01-01", "2020-01-01")],
                &[("2020-01-01", "2020-01-01")],
                1,
            ),
            // A gap of one day parts.
            (
                &[("2020-01-01", "2020-01-31"), ("2020-02-02", "2020-02-29")],
                &[("2020-01-01", "2020-01-31"), ("2020-02-02", "2020-02-29")],
                59,
            ),
            // Adjoining.
            (
                &[("2020-01-01", "2020-01-31"), ("2020-02-01", "2020-02-29")],
                &[("2020-01-01", "2020-02-29")],
                60,
            ),
            // Overlapping by the day of changing.
            (
                &[("2020-01-01", "2020-01-31"), ("2020-01-31", "2020-02-29")],
                &[("2020-01-01", "2020-02-29")],
                60,
            ),
            // One inside the other, in any order.
            (
                &[("2020-01-10", "2020-01-20"), ("2020-01-01", "2020-01-31")],
                &[("2020-01-01", "2020-01-31")],
                31,
            ),
            // The same twice.
            (
                &[("2020-01-01", "2020-01-31"), ("2020-01-01", "2020-01-31")],
                &[("2020-01-01", "2020-01-31")],
                31,
            ),
            // Open-ended: up to the day that is counted to, and over others that began later.
            (&[("2026-11-20", "")], &[("2026-11-20", "2026-11-20")], 1),
            (
                &[("2026-11-01", ""), ("2026-11-05", "2026-11-10")],
                &[("2026-11-01", "2026-11-20")],
                20,
            ),
            // What begins or ends later counts only so far.
            (
                &[("2026-11-19", "2027-01-01"), ("2026-11-21", "")],
                &[("2026-11-19", "2026-11-20")],
                2,
            ),
        ];
        for (periods, expected, days) in cases {
            assert_eq!(counted(periods), (spans(expected), days), "{periods:?}");
        }
    }

    #[test]
    fn a_month_begun_counts_and_a_year_has_365_days() {
        for (days, years, months) in [
            (0, 0, 0),
            (1, 0, 1),
            (29, 0, 1),
            (30, 0, 1),
            (31, 0, 2),
            (329, 0, 11),
            (330, 0, 11),
            (331, 0, 12),
            (360, 0, 12),
            (361, 0, 12),
            (364, 0, 12),
            (365, 1, 0),
            (366, 1, 1),
            (30 * 365, 30, 0),
        ] {
            let from = day("1990-01-01");
            let to = (days > 0).then(|| from + Days::new(days - 1));
            let periods: Vec<Period> = to
                .map(|to| Period {
                    from,
                    to: Some(to),
                    salary: 1,
                })
                .into_iter()
                .collect();
            let time = InsuredTime::until(day("2026-11-20"), &periods);
            assert_eq!(
                (time.days, time.years, time.months),
                (days, years, months),
                "{days} days"
            );
            assert_eq!(
                time.in_years(),
                Fraction::new(u128::from(years * 12 + months), 12).unwrap()
            );
        }
    }

    #[test]
    fn rows_that_end_before_they_begin_count_for_nothing_and_are_told() {
        let time = InsuredTime::until(
            day("2026-11-20"),
            &[
                period("2020-02-01", "2020-01-31"),
                period("2020-01-01", "2020-01-02"),
            ],
        );
        assert_eq!((time.days, time.inconsistent_rows), (2, 1));
    }

    #[test]
    fn unemployment_asks_for_a_year_within_three() {
        let left = day("2026-10-31");
        for (from, to, enough) in [
            ("2025-10-31", "2026-10-29", false),
            ("2025-10-31", "2026-10-30", true),
            ("2025-11-01", "", true),
            // The three years begin on 1 November 2023.
            ("2020-01-01", "2024-10-29", false),
            ("2020-01-01", "2024-10-30", true),
            ("2020-01-01", "2023-10-31", false),
        ] {
            assert_eq!(
                insured_a_year_before(left, &[period(from, to)]),
                Some(enough),
                "{from} – {to}"
            );
        }
        assert_eq!(insured_a_year_before(left, &[]), None);
    }

    #[test]
    fn a_window_cuts_both_ends() {
        let periods = [period("2020-01-01", "2020-12-31")];
        assert_eq!(
            InsuredTime::between(day("2020-06-01"), day("2020-06-30"), &periods).days,
            30
        );
        assert_eq!(
            InsuredTime::between(day("2021-01-01"), day("2021-06-30"), &periods).days,
            0
        );
    }
}
