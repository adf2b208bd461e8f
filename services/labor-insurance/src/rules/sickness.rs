//! 傷病給付 in a disaster: half of the salary while treatment keeps somebody from work (災害防救法第46條, 勞工保險條例第35條).

use chrono::NaiveDate;
use identifiers::{Fraction, Invalid};
use runtime::taipei;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::benefit::{Benefit, Condition, Per, Step, shown};
use super::insured_time::Span;

/// The law.
const LAW: &str = "災害防救法第46條、勞工保險條例第35條";
/// Months for which it is paid at most.
const MOST_MONTHS: u32 = 6;
/// Days by which a month's salary is divided.
const DAYS_OF_MONTH: u128 = 30;

/// How somebody is treated. In a disaster both count. 診療方式
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Treatment {
    /// 住院診療
    Inpatient,
    /// 門診診療
    Outpatient,
}

/// Somebody hurt or ill after a disaster.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sickness {
    /// 事故發生當月起前六個月平均月投保薪資
    pub(crate) average: Fraction,
    /// The first and the last day of treatment without work. 不能工作期間
    pub(crate) from: NaiveDate,
    pub(crate) to: NaiveDate,
    pub(crate) treatment: Treatment,
}

impl Sickness {
    /// `Ok(None)` where the time ends before it begins.
    ///
    /// # Errors
    /// When the numbers are beyond what can be counted exactly.
    pub(crate) fn benefit(self) -> Result<Option<Benefit>, Invalid> {
        let most = taipei::months_from(self.from, MOST_MONTHS);
        let Some(paid) = Span::new(self.from, self.to.min(most)) else {
            return Ok(None);
        };
        let a_day = self
            .average
            .times(Fraction::HALF)?
            .times(Fraction::new(1, DAYS_OF_MONTH)?)?;
        let exact = a_day.times(Fraction::new(paid.days.into(), 1)?)?;
        let treated = match self.treatment {
            Treatment::Inpatient => "住院診療",
            Treatment::Outpatient => "門診診療",
        };
        Ok(Some(Benefit {
            benefit: "天然災害傷病給付",
            amount: i64::try_from(exact.rounded()).unwrap_or(i64::MAX),
            per: Per::Whole,
            most_months: Some(MOST_MONTHS),
            paid_from: Some(paid.from),
            paid_to: Some(paid.to),
            steps: vec![
                Step::new(
                    "給付期間：自治療當日起，以六個月為限",
                    format!("{treated}：{} – min({}, {most})", self.from, self.to),
                    format!("{} 日", paid.days),
                ),
                Step::new(
                    "日給付額：平均月投保薪資半數÷30",
                    format!("{} × 50% ÷ {DAYS_OF_MONTH}", shown(self.average)),
                    shown(a_day),
                ),
                Step::new(
                    "合計：日給付額×日數",
                    format!("{} × {}", shown(a_day), paid.days),
                    shown(exact),
                ),
                Step::new("元以下四捨五入", shown(exact), exact.rounded()),
            ],
            conditions: vec![
                Condition {
                    what: "因天然災害致傷病，正在治療中（住院或門診均可）",
                    what_en: "under treatment for an injury or illness by a natural disaster; in hospital or as an outpatient",
                    met: Some(true),
                },
                Condition {
                    what: "不能工作以致未能取得原有薪資",
                    what_en: "unable to work and without the usual pay; the insurance record cannot tell",
                    met: None,
                },
            ],
            law: LAW,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(from: &str, to: &str, treatment: Treatment) -> Option<Benefit> {
        let average = Fraction::new(36_300, 1).unwrap();
        Sickness {
            average,
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
            treatment,
        }
        .benefit()
        .unwrap()
    }

    #[test]
    fn half_of_the_salary_is_paid_for_at_most_six_months() {
        // 36,300 ÷ 2 ÷ 30 = 605 a day.
        for (from, to, days, last) in [
            ("2026-01-01", "2026-01-01", 1, "2026-01-01"),
            ("2026-01-01", "2026-06-29", 180, "2026-06-29"),
            ("2026-01-01", "2026-06-30", 181, "2026-06-30"),
            ("2026-01-01", "2026-07-01", 181, "2026-06-30"),
            ("2026-08-31", "2027-12-31", 182, "2027-02-28"),
        ] {
            let found = found(from, to, Treatment::Inpatient).unwrap();
            assert_eq!(
                (found.amount, found.paid_to),
                (605 * days, Some(last.parse().unwrap())),
                "{from} – {to}"
            );
        }
    }

    #[test]
    fn outpatient_treatment_counts_alike() {
        let [inpatient, outpatient] = [Treatment::Inpatient, Treatment::Outpatient]
            .map(|treatment| found("2026-01-01", "2026-01-10", treatment).unwrap());
        assert_eq!((inpatient.amount, outpatient.amount), (6_050, 6_050));
        assert_eq!(outpatient.conditions[0].met, Some(true));
    }

    #[test]
    fn a_time_that_ends_before_it_begins_pays_nothing() {
        assert_eq!(
            found("2026-01-02", "2026-01-01", Treatment::Inpatient),
            None
        );
    }

    #[test]
    fn only_the_sum_is_rounded() {
        let average = Fraction::new(100, 1).unwrap();
        let sickness = Sickness {
            average,
            from: "2026-01-01".parse().unwrap(),
            to: "2026-01-03".parse().unwrap(),
            treatment: Treatment::Outpatient,
        };
        let found = sickness.benefit().unwrap().unwrap();
        assert_eq!(
            (
                found.steps[1].result.as_str(),
                found.steps[2].result.as_str(),
                found.amount
            ),
            ("5/3", "5", 5)
        );
    }
}
