//! A relief in words and in money.

use capability::Deadline;
use chrono::NaiveDate;
use identifiers::Fraction;
use serde::Serialize;
use utoipa::ToSchema;

/// How much of a tax is not levied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Waiver {
    /// 不予減免
    None,
    /// 減半徵收
    Half,
    /// 免徵
    Exempt,
    /// 按日計徵
    ByDay,
}

/// What the law gives, why, and until when it can be asked for. 災害減免試算
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Relief {
    /// 減免結果
    pub(crate) relief: Waiver,
    /// The exact part of the tax that stays due. 應納比例
    pub(crate) share_due: Fraction,
    /// The tax before the relief, in whole dollars. 原稅額（新臺幣元）
    pub(crate) tax: Option<i64>,
    /// 減免金額（新臺幣元）
    pub(crate) waived: Option<i64>,
    /// What stays due; less than a dollar is left off. 應納金額（新臺幣元，未滿一元不計）
    pub(crate) due: Option<i64>,
    /// 理由
    #[schema(example = "毀損面積占整棟面積三成以上不及五成，減半徵收")]
    pub(crate) reason: &'static str,
    /// The same in English. 理由（英文）
    pub(crate) reason_en: &'static str,
    /// 法令依據
    #[schema(example = "房屋稅條例第15條")]
    pub(crate) law: &'static str,
    /// The last day to ask for it, in Taipei. 申請期限
    pub(crate) apply_by: NaiveDate,
    /// Whether that day has not passed. 是否在申請期限內
    pub(crate) in_time: bool,
}

/// What a rule says of a case, before money and days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) relief: Waiver,
    pub(crate) share_due: Fraction,
    pub(crate) reason: &'static str,
    pub(crate) reason_en: &'static str,
    pub(crate) law: &'static str,
    pub(crate) apply_by: NaiveDate,
}

impl Verdict {
    /// Until when it can be asked for, counted from the form's `disaster_on`.
    pub(crate) fn deadline(self) -> Deadline {
        Deadline {
            field: "disaster_on",
            last_day: self.apply_by,
            law: self.law,
        }
    }

    /// The relief of a tax of `tax` dollars, asked for on `day`.
    pub(crate) fn of(self, tax: Option<i64>, day: NaiveDate) -> Relief {
        let due = tax.and_then(|tax| part_due(tax, self.share_due));
        Relief {
            relief: self.relief,
            share_due: self.share_due,
            tax,
            waived: tax.zip(due).map(|(tax, due)| tax - due),
            due,
            reason: self.reason,
            reason_en: self.reason_en,
            law: self.law,
            apply_by: self.apply_by,
            in_time: day <= self.apply_by,
        }
    }
}

/// The whole dollars of `tax` × `share`; none for a tax below zero.
fn part_due(tax: i64, share: Fraction) -> Option<i64> {
    let tax = Fraction::new(u128::try_from(tax).ok()?, 1).ok()?;
    i64::try_from(tax.times(share).ok()?.floor()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_due_is_whole_dollars_and_the_rest_is_waived() {
        for (tax, share, due) in [
            (1_000, "1/2", 500),
            (1_001, "1/2", 500),
            (1, "1/2", 0),
            (0, "1/2", 0),
            (1_001, "1/1", 1_001),
            (1_001, "0/1", 0),
            (i64::MAX, "1/1", i64::MAX),
        ] {
            assert_eq!(
                part_due(tax, share.parse().unwrap()),
                Some(due),
                "{tax} × {share}"
            );
        }
        assert_eq!(part_due(-1, Fraction::ONE), None);
    }
}
