//! 延期或分期繳納: paying a tax later or in parts (稅捐稽徵法第26條).

use chrono::NaiveDate;
use runtime::taipei;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The law.
const LAW: &str = "稅捐稽徵法第26條";
/// Months by which a payment can be put off.
const MOST_MONTHS: u32 = 12;
/// Monthly instalments into which a payment can be divided.
const MOST_INSTALMENTS: u32 = 36;

/// How somebody wants to pay. 繳納方式
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Arrangement {
    /// All of it, later by so many months. 延期繳納
    Deferral,
    /// In so many monthly parts. 分期繳納
    Instalments,
}

impl Arrangement {
    /// How many months or instalments there may be.
    pub(crate) fn bounds(self) -> std::ops::RangeInclusive<u32> {
        match self {
            Self::Deferral => 1..=MOST_MONTHS,
            Self::Instalments => 2..=MOST_INSTALMENTS,
        }
    }

    /// When what is to be paid; none where the law does not allow so many, or nothing is owed. Months are counted from
    /// `base`: the day the tax is due, or the day of asking where that is later.
    pub(crate) fn plan(self, owed: i64, count: u32, base: NaiveDate) -> Option<Plan> {
        if owed <= 0 || !self.bounds().contains(&count) {
            return None;
        }
        let payment = |number: u32, amount: i64| Payment {
            due_on: taipei::months_after(base, number),
            amount,
        };
        let (payments, reason, reason_en) = match self {
            Self::Deferral => (
                vec![payment(count, owed)],
                "因天災、事變或不可抗力之事由，得申請延期繳納，最長十二個月",
                "after a disaster a payment can be put off by at most 12 months",
            ),
            Self::Instalments => (
                parts(owed, count)
                    .zip(1..)
                    .map(|(amount, number)| payment(number, amount))
                    .collect(),
                "因天災、事變或不可抗力之事由，得申請分期繳納，每期一個月，最多三十六期",
                "after a disaster a payment can be divided into at most 36 monthly instalments",
            ),
        };
        Some(Plan {
            arrangement: self,
            owed,
            payments,
            reason,
            reason_en,
            law: LAW,
        })
    }
}

/// `owed` in `count` parts of whole dollars; the dollars that do not divide go to the first parts, one each. Parts of
/// nothing are left out.
fn parts(owed: i64, count: u32) -> impl Iterator<Item = i64> {
    let count = i64::from(count);
    let (each, more) = (owed / count, owed % count);
    (0..count)
        .map(move |number| each + i64::from(number < more))
        .filter(|part| *part > 0)
}

/// What would have to be paid when, if it is granted. 繳納試算
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Plan {
    /// 繳納方式
    pub(crate) arrangement: Arrangement,
    /// What is still owed, in whole dollars. 未繳金額（新臺幣元）
    pub(crate) owed: i64,
    /// Parts of whole dollars; those that do not divide go to the first. 各期金額
    pub(crate) payments: Vec<Payment>,
    /// 理由
    pub(crate) reason: &'static str,
    /// The same in English. 理由（英文）
    pub(crate) reason_en: &'static str,
    /// 法令依據
    pub(crate) law: &'static str,
}

/// One payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Payment {
    /// 繳納期限
    pub(crate) due_on: NaiveDate,
    /// 金額（新臺幣元）
    pub(crate) amount: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_deferral_is_at_most_twelve_months() {
        for (months, due_on) in [
            (0, None),
            (1, Some("2026-07-31")),
            (11, Some("2027-05-31")),
            (12, Some("2027-06-30")),
            (13, None),
        ] {
            let plan = Arrangement::Deferral.plan(10_000, months, day("2026-06-30"));
            let payments = plan.map(|plan| plan.payments);
            assert_eq!(
                payments,
                due_on.map(|due_on| vec![Payment {
                    due_on: day(due_on),
                    amount: 10_000
                }]),
                "{months} months"
            );
        }
    }

    #[test]
    fn instalments_are_at_most_thirty_six() {
        for (count, allowed) in [
            (0, false),
            (1, false),
            (2, true),
            (35, true),
            (36, true),
            (37, false),
            (u32::MAX, false),
        ] {
            let plan = Arrangement::Instalments.plan(100_000, count, day("2026-06-30"));
            assert_eq!(plan.is_some(), allowed, "{count} instalments");
        }
    }

    #[test]
    fn instalments_are_whole_dollars_that_add_up() {
        for (owed, count, first, last) in [
            (100_000, 36, 2_778, 2_777),
            (36, 36, 1, 1),
            (35, 36, 1, 1),
            (72, 36, 2, 2),
            (100, 3, 34, 33),
        ] {
            let plan = Arrangement::Instalments
                .plan(owed, count, day("2026-06-30"))
                .unwrap();
            let amounts: Vec<i64> = plan.payments.iter().map(|payment| payment.amount).collect();
            assert_eq!(amounts.iter().sum::<i64>(), owed);
            assert_eq!(
                (amounts[0], amounts[amounts.len() - 1]),
                (first, last),
                "{owed} in {count}"
            );
            assert!(plan.payments.is_sorted_by(|one, next| one.due_on < next.due_on && one.amount >= next.amount));
        }
    }

    #[test]
    fn who_owes_nothing_has_nothing_to_put_off() {
        for owed in [0, -1] {
            assert_eq!(
                Arrangement::Deferral.plan(owed, 12, day("2026-06-30")),
                None
            );
        }
        assert!(
            Arrangement::Deferral
                .plan(1, 12, day("2026-06-30"))
                .is_some()
        );
    }
}
