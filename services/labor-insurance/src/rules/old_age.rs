//! 老年年金給付: the old-age annuity (勞工保險條例第58條, 第58條之1).

use identifiers::{Fraction, Invalid};

use super::benefit::{Benefit, Condition, Per, Step, shown};

/// The law.
const LAW: &str = "勞工保險條例第58條、第58條之1";
/// Insured years that an annuity asks for.
const LEAST_YEARS: u128 = 15;
/// 0.775 %, with an addition in dollars.
const LOWER: (u128, u128, u128) = (775, 100_000, 3_000);
/// 1.55 %.
const HIGHER: (u128, u128) = (155, 10_000);

/// The monthly annuity of this average salary and so many insured years: the larger of the two formulas.
///
/// # Errors
/// When the numbers are beyond what can be counted exactly.
pub(crate) fn old_age(average: Fraction, years: Fraction) -> Result<Benefit, Invalid> {
    let (part, of, added) = LOWER;
    let base = average.times(years)?;
    let with_addition = base
        .times(Fraction::new(part, of)?)?
        .plus(Fraction::new(added, 1)?)?;
    let without = base.times(Fraction::new(HIGHER.0, HIGHER.1)?)?;
    let larger = with_addition.max(without);
    let (average, shown_years) = (shown(average), shown(years));
    Ok(Benefit {
        benefit: "老年年金給付",
        amount: i64::try_from(larger.rounded()).unwrap_or(i64::MAX),
        per: Per::Month,
        most_months: None,
        paid_from: None,
        paid_to: None,
        steps: vec![
            Step::new(
                "第一式：平均月投保薪資×年資×0.775%＋3,000元",
                format!("{average} × {shown_years} × 0.775% + 3000"),
                shown(with_addition),
            ),
            Step::new(
                "第二式：平均月投保薪資×年資×1.55%",
                format!("{average} × {shown_years} × 1.55%"),
                shown(without),
            ),
            Step::new(
                "擇優發給，元以下四捨五入",
                format!("max({}, {})", shown(with_addition), shown(without)),
                larger.rounded(),
            ),
        ],
        conditions: vec![
            Condition {
                what: "保險年資合計滿十五年（未滿者請領老年一次金）",
                what_en: "insured for 15 years in all; with less there is a lump sum instead",
                met: Some(years >= Fraction::new(LEAST_YEARS, 1)?),
            },
            Condition {
                what: "已達法定請領年齡（115年起為六十五歲）",
                what_en: "of the age that the law asks for (65 since 2026); the insurance record holds no birth date",
                met: None,
            },
        ],
        law: LAW,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fraction(text: &str) -> Fraction {
        text.parse().unwrap()
    }

    #[test]
    fn the_larger_formula_is_paid() {
        for (average, years, amount) in [
            ("40000/1", "30/1", 18_600),
            ("45800/1", "35/1", 24_847),
            // Where both are alike: average × years × 0.775 % = 3,000.
            ("12000000/31", "1/1", 6_000),
            ("27470/1", "14/1", 5_980),
            ("27470/1", "15/1", 6_387),
            // 45,800 × 8 × 0.775 % = 2,839.6 < 3,000, and × 9 = 3,194.55 > 3,000.
            ("45800/1", "8/1", 5_840),
            ("45800/1", "9/1", 6_389),
            ("0/1", "0/1", 3_000),
        ] {
            let found = old_age(fraction(average), fraction(years)).unwrap();
            assert_eq!(found.amount, amount, "{average} × {years}");
        }
    }

    #[test]
    fn months_count_as_twelfths_and_nothing_is_rounded_before_the_end() {
        let found = old_age(fraction("40000/1"), fraction("361/12")).unwrap();
        assert_eq!(found.steps[1].result, "55955/3");
        assert_eq!(found.amount, 18_652);
        // Half a dollar goes up: 10,000 × 1/100 × 1.55 % = 1.55 and so on; here 0.5 exactly.
        assert_eq!(
            old_age(fraction("100/1"), fraction("20000/31"))
                .unwrap()
                .steps[1]
                .result,
            "1000"
        );
        assert_eq!(
            old_age(fraction("1/1"), fraction("20000/31"))
                .unwrap()
                .amount,
            3_005
        );
    }

    #[test]
    fn an_annuity_asks_for_fifteen_years() {
        for (years, met) in [("179/12", false), ("15/1", true), ("181/12", true)] {
            let found = old_age(fraction("40000/1"), fraction(years)).unwrap();
            assert_eq!(found.conditions[0].met, Some(met), "{years}");
        }
    }

    #[test]
    fn every_step_is_shown() {
        let found = old_age(fraction("40000/1"), fraction("30/1")).unwrap();
        let results: Vec<&str> = found
            .steps
            .iter()
            .map(|step| step.result.as_str())
            .collect();
        assert_eq!(results, ["12300", "18600", "18600"]);
        assert_eq!(found.steps[1].how, "40000 × 30 × 1.55%");
    }
}
