//! 地價稅: land that a disaster made unusable (土地稅減免規則第12條, 第24條).

use chrono::{Datelike, Days, NaiveDate};
use identifiers::Fraction;
use runtime::taipei;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::relief::{Verdict, Waiver};

/// The law.
const LAW: &str = "土地稅減免規則第12條、第24條";
/// Days before the levy by which it is asked for.
const DAYS_BEFORE_LEVY: u64 = 40;
/// Days to ask for it after the disaster, where that is later.
const DAYS_TO_ASK: u32 = 30;

/// How land was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LandLoss {
    /// 山崩
    Landslide,
    /// 地陷
    Subsidence,
    /// 流失
    WashedAway,
    /// 沙壓
    CoveredBySand,
}

/// What happened to a piece of land.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LandDamage {
    /// 災害發生日
    pub(crate) disaster_on: NaiveDate,
}

impl LandDamage {
    /// Land that cannot be used for such a cause is free of the tax.
    pub(crate) fn verdict(self) -> Verdict {
        Verdict {
            relief: Waiver::Exempt,
            share_due: Fraction::ZERO,
            reason: "因山崩、地陷、流失、沙壓等環境限制及技術上無法使用之土地，免徵地價稅",
            reason_en: "land that cannot be used after a landslide, subsidence, loss to water or cover by sand is free of the \
                        land value tax",
            law: LAW,
            apply_by: self.apply_by(),
        }
    }

    /// 40 days before the levy of the disaster's year, which begins on 1 November, or 30 days after the disaster: whichever
    /// is later.
    fn apply_by(self) -> NaiveDate {
        let after = taipei::days_after(self.disaster_on, DAYS_TO_ASK);
        let levy = NaiveDate::from_ymd_opt(self.disaster_on.year(), 11, 1);
        levy.map_or(after, |levy| after.max(levy - Days::new(DAYS_BEFORE_LEVY)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_asked_for_by_22_september_or_within_thirty_days_of_the_disaster() {
        for (disaster, apply_by) in [
            ("2026-01-01", "2026-09-22"),
            ("2026-08-22", "2026-09-22"),
            ("2026-08-23", "2026-09-22"),
            ("2026-08-24", "2026-09-23"),
            ("2026-09-22", "2026-10-22"),
            ("2026-12-31", "2027-01-30"),
            ("2028-02-29", "2028-09-22"),
        ] {
            let land = LandDamage {
                disaster_on: disaster.parse().unwrap(),
            };
            let last: NaiveDate = apply_by.parse().unwrap();
            for (asked, in_time) in [
                (last.pred_opt().unwrap(), true),
                (last, true),
                (last.succ_opt().unwrap(), false),
            ] {
                let found = land.verdict().of(Some(7_777), asked);
                assert_eq!(
                    (found.apply_by, found.in_time),
                    (last, in_time),
                    "{disaster}, asked {asked}"
                );
                assert_eq!(
                    (found.relief, found.due, found.waived),
                    (Waiver::Exempt, Some(0), Some(7_777))
                );
            }
        }
    }
}
