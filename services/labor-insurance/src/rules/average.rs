//! 平均月投保薪資: the average monthly insured salary (勞工保險條例第19條).

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};
use identifiers::Fraction;
use serde::Serialize;
use utoipa::ToSchema;

use super::insured_time::Period;

/// The highest grade of insured salaries; coverage in several units adds up to no more.
const HIGHEST_GRADE: i64 = 45_800;
/// Coverage shorter than this is not added to another one that runs at the same time.
const SHORTEST_ADDED: i64 = 30;

/// Which months are averaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeadingMonths {
    /// The 60 months with the highest salaries (annuities).
    Best60,
    /// The last 6 months up to this day's.
    Last6(NaiveDate),
}

/// An average and what it was made of. 平均月投保薪資
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Average {
    /// The sum of the months' salaries. 月投保薪資合計
    pub(crate) sum: i64,
    /// How many months. 月數
    pub(crate) months: u32,
}

impl Average {
    /// The average itself, exactly.
    pub(crate) fn value(self) -> Option<Fraction> {
        Fraction::new(u128::try_from(self.sum).ok()?, self.months.into()).ok()
    }

    /// Averages months of `periods`; coverage that lasts is counted up to `last`. `None` where there is no insured month.
    pub(crate) fn of(which: LeadingMonths, periods: &[Period], last: NaiveDate) -> Option<Self> {
        let until = match which {
            LeadingMonths::Best60 => last,
            LeadingMonths::Last6(day) => day.min(last),
        };
        let salaries = monthly_salaries(periods, until);
        let taken: Vec<i64> = match which {
            LeadingMonths::Best60 => {
                let mut all: Vec<i64> = salaries.into_values().collect();
                all.sort_unstable_by(|one, other| other.cmp(one));
                all.into_iter().take(60).collect()
            }
            LeadingMonths::Last6(_) => salaries.into_values().rev().take(6).collect(),
        };
        let months = u32::try_from(taken.len())
            .ok()
            .filter(|months| *months > 0)?;
        Some(Self {
            sum: taken.iter().sum(),
            months,
        })
    }
}

/// Each insured month's salary: the highest that was insured on one of its days.
fn monthly_salaries(periods: &[Period], last: NaiveDate) -> BTreeMap<(i32, u32), i64> {
    let mut months = BTreeMap::new();
    let spans: Vec<(Period, NaiveDate)> = periods
        .iter()
        .filter_map(|period| Some((*period, period.within(NaiveDate::MIN, last)?.to)))
        .collect();
    // What is insured changes only on a first day, on the day after a last one, and with the month.
    let mut changes: Vec<NaiveDate> = spans
        .iter()
        .flat_map(|(period, to)| [period.from, *to + Days::new(1)])
        .collect();
    for (period, to) in &spans {
        let mut first = period.from.with_day(1);
        while let Some(month) = first.filter(|month| month <= to) {
            changes.push(month);
            first = month.checked_add_months(chrono::Months::new(1));
        }
    }
    changes.sort_unstable();
    changes.dedup();
    for day in changes {
        let Some(salary) = salary_on(day, &spans) else {
            continue;
        };
        let month = months.entry((day.year(), day.month())).or_insert(salary);
        *month = salary.max(*month);
    }
    months
}

/// What is insured on `day`: all coverage of at least 30 days together up to the highest grade, else the highest of the
/// shorter ones.
fn salary_on(day: NaiveDate, spans: &[(Period, NaiveDate)]) -> Option<i64> {
    let (mut together, mut alone) = (None, None);
    for (period, to) in spans
        .iter()
        .filter(|(period, to)| period.from <= day && day <= *to)
    {
        alone = alone.max(Some(period.salary));
        if (*to - period.from).num_days() + 1 >= SHORTEST_ADDED {
            together = Some(together.unwrap_or(0) + period.salary);
        }
    }
    alone.map(|alone: i64| {
        together
            .unwrap_or(0)
            .min(HIGHEST_GRADE)
            .max(alone.min(HIGHEST_GRADE))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(from: &str, to: &str, salary: i64) -> Period {
        Period {
            from: from.parse().unwrap(),
            to: (!to.is_empty()).then(|| to.parse().unwrap()),
            salary,
        }
    }

    fn best(periods: &[Period]) -> Option<(i64, u32)> {
        let last = "2026-11-20".parse().unwrap();
        Average::of(LeadingMonths::Best60, periods, last)
            .map(|average| (average.sum, average.months))
    }

    #[test]
    fn every_month_touched_counts_with_its_highest_salary() {
        assert_eq!(best(&[]), None);
        assert_eq!(
            best(&[period("2026-01-31", "2026-02-01", 30_300)]),
            Some((60_600, 2))
        );
        let changed = [
            period("2026-01-01", "2026-01-15", 30_300),
            period("2026-01-16", "2026-01-31", 36_300),
        ];
        assert_eq!(
            best(&changed),
            Some((36_300, 1)),
            "no addition of what did not run at the same time"
        );
    }

    #[test]
    fn the_sixty_best_months_are_averaged() {
        let rising = [
            period("2016-01-01", "2020-12-31", 30_300),
            period("2021-01-01", "2025-11-30", 40_000),
        ];
        assert_eq!(best(&rising), Some((59 * 40_000 + 30_300, 60)));
        let full = [rising[0], period("2021-01-01", "2025-12-31", 40_000)];
        assert_eq!(best(&full), Some((60 * 40_000, 60)));
        let more = [rising[0], period("2021-01-01", "2026-01-31", 40_000)];
        assert_eq!(best(&more), Some((60 * 40_000, 60)));
    }

    #[test]
    fn coverage_in_two_units_adds_up_to_the_highest_grade_when_it_lasts_thirty_days() {
        let long = period("2026-01-01", "2026-03-31", 27_470);
        for (other, january) in [
            (period("2026-01-01", "2026-01-30", 11_100), 38_570),
            (period("2026-01-01", "2026-01-29", 11_100), 27_470),
            (period("2026-01-01", "2026-01-29", 36_300), 36_300),
            (period("2026-01-01", "2026-02-28", 18_330), 45_800),
            (period("2026-01-01", "2026-02-28", 18_331), 45_800),
        ] {
            let last = "2026-01-31".parse().unwrap();
            let found = Average::of(LeadingMonths::Best60, &[long, other], last).unwrap();
            assert_eq!(found.sum, january, "{other:?}");
        }
    }

    #[test]
    fn the_last_six_months_end_with_the_month_of_that_day() {
        let periods = [
            period("2026-01-01", "2026-03-31", 30_000),
            period("2026-04-01", "", 42_000),
        ];
        let last = "2026-11-20".parse().unwrap();
        for (day, sum, months) in [
            ("2026-09-30", 6 * 42_000, 6),
            ("2026-08-01", 5 * 42_000 + 30_000, 6),
            ("2026-03-31", 90_000, 3),
            ("2026-12-31", 6 * 42_000, 6),
        ] {
            let found =
                Average::of(LeadingMonths::Last6(day.parse().unwrap()), &periods, last).unwrap();
            assert_eq!((found.sum, found.months), (sum, months), "{day}");
        }
        assert_eq!(
            Average::of(
                LeadingMonths::Last6("2025-12-31".parse().unwrap()),
                &periods,
                last
            ),
            None
        );
    }
}
