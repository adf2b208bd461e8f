//! 失業給付: the unemployment benefit (就業保險法第11條, 第16條, 第19條之1).

use chrono::NaiveDate;
use identifiers::{Fraction, Invalid};

use super::benefit::{Benefit, Condition, Per, Step, shown};

/// The law.
const LAW: &str = "就業保險法第16條、第19條之1";
/// Percent of the average insured salary.
const BASE: u8 = 60;
/// Percent for each dependant, and for how many at most.
const EACH_DEPENDANT: u8 = 10;
const MOST_DEPENDANTS: u8 = 2;
/// Months of payment, and where the age or a disability adds to them.
const MONTHS: u32 = 6;
const MORE_MONTHS: u32 = 9;
/// The age from which there are more months.
const AGE_OF_MORE: u32 = 45;

/// Who lost their work.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unemployment {
    /// 退保當月起前六個月平均月投保薪資
    pub(crate) average: Fraction,
    /// 受扶養眷屬人數
    pub(crate) dependants: u8,
    /// 離職退保日
    pub(crate) left_on: NaiveDate,
    /// 出生日期, where it is known.
    pub(crate) birth_date: Option<NaiveDate>,
    /// 領有身心障礙證明
    pub(crate) disability: bool,
    /// Whether insured for a year within the three before leaving, where the record tells.
    pub(crate) insured_a_year: Option<bool>,
}

impl Unemployment {
    /// # Errors
    /// When the numbers are beyond what can be counted exactly.
    pub(crate) fn benefit(self) -> Result<Benefit, Invalid> {
        let added = EACH_DEPENDANT * self.dependants.min(MOST_DEPENDANTS);
        let exact = self
            .average
            .times(Fraction::new((BASE + added).into(), 100)?)?;
        let of_age = self.birth_date.map(|born| {
            self.left_on
                .years_since(born)
                .is_some_and(|age| age >= AGE_OF_MORE)
        });
        let longer = self.disability || of_age == Some(true);
        let months = if longer { MORE_MONTHS } else { MONTHS };
        Ok(Benefit {
            benefit: "失業給付",
            amount: i64::try_from(exact.rounded()).unwrap_or(i64::MAX),
            per: Per::Month,
            most_months: Some(months),
            paid_from: None,
            paid_to: None,
            steps: vec![
                Step::new(
                    "扶養眷屬加給：每一人百分之十，最多計至百分之二十",
                    format!(
                        "min({}, {MOST_DEPENDANTS}) × {EACH_DEPENDANT}%",
                        self.dependants
                    ),
                    format!("{added}%"),
                ),
                Step::new(
                    "每月給付：平均月投保薪資×（百分之六十＋加給）",
                    format!("{} × ({BASE}% + {added}%)", shown(self.average)),
                    shown(exact),
                ),
                Step::new("元以下四捨五入", shown(exact), exact.rounded()),
                Step::new(
                    "最長給付月數：離職退保時已滿四十五歲或領有身心障礙證明者九個月，其餘六個月",
                    said(of_age, self.disability),
                    months,
                ),
            ],
            conditions: vec![Condition {
                what: "離職退保當日前三年內，保險年資合計滿一年以上",
                what_en: "insured for a year in all within the three years before leaving",
                met: self.insured_a_year,
            }],
            law: LAW,
        })
    }
}

fn said(of_age: Option<bool>, disability: bool) -> String {
    let age = match of_age {
        Some(true) => "滿四十五歲",
        Some(false) => "未滿四十五歲",
        None => "未提供出生日期",
    };
    let disability = if disability {
        "領有身心障礙證明"
    } else {
        "未領有身心障礙證明"
    };
    format!("{age}，{disability}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case() -> Unemployment {
        Unemployment {
            average: Fraction::new(40_000, 1).unwrap(),
            dependants: 0,
            left_on: "2026-10-31".parse().unwrap(),
            birth_date: None,
            disability: false,
            insured_a_year: None,
        }
    }

    #[test]
    fn sixty_percent_and_ten_for_each_dependant_up_to_twenty() {
        for (dependants, amount) in [
            (0, 24_000),
            (1, 28_000),
            (2, 32_000),
            (3, 32_000),
            (255, 32_000),
        ] {
            let found = Unemployment {
                dependants,
                ..case()
            }
            .benefit()
            .unwrap();
            assert_eq!(found.amount, amount, "{dependants} dependants");
        }
    }

    #[test]
    fn six_months_or_nine_from_the_forty_fifth_birthday() {
        for (born, months) in [
            ("1981-11-01", 6),
            ("1981-10-31", 9),
            ("1981-10-30", 9),
            ("1990-01-01", 6),
            ("1950-01-01", 9),
        ] {
            let found = Unemployment {
                birth_date: Some(born.parse().unwrap()),
                ..case()
            }
            .benefit()
            .unwrap();
            assert_eq!(
                found.most_months,
                Some(months),
                "born {born}, left 2026-10-31"
            );
        }
        // Born on 29 February: of age on 1 March of a year without that day.
        for (left, months) in [("2025-02-28", 6), ("2025-03-01", 9)] {
            let found = Unemployment {
                birth_date: Some("1980-02-29".parse().unwrap()),
                left_on: left.parse().unwrap(),
                ..case()
            };
            assert_eq!(
                found.benefit().unwrap().most_months,
                Some(months),
                "left {left}"
            );
        }
    }

    #[test]
    fn nine_months_with_a_disability_at_any_age() {
        for born in [None, Some("2000-01-01".parse().unwrap())] {
            let found = Unemployment {
                birth_date: born,
                disability: true,
                ..case()
            }
            .benefit()
            .unwrap();
            assert_eq!(found.most_months, Some(9));
        }
        assert_eq!(case().benefit().unwrap().most_months, Some(6));
    }

    #[test]
    fn only_the_result_is_rounded() {
        let average = Fraction::new(100_000, 3).unwrap();
        let found = Unemployment {
            average,
            dependants: 1,
            ..case()
        }
        .benefit()
        .unwrap();
        assert_eq!(
            (found.steps[1].result.as_str(), found.amount),
            ("70000/3", 23_333)
        );
        let half = Unemployment {
            average: Fraction::new(5, 2).unwrap(),
            ..case()
        };
        assert_eq!(half.benefit().unwrap().amount, 2, "1.5 goes up");
    }
}
