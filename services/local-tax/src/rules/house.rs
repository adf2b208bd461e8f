//! 房屋稅: a house damaged in a disaster (房屋稅條例第15條).

use chrono::NaiveDate;
use identifiers::Fraction;
use runtime::taipei;

use super::damage::DamagePercent;
use super::relief::{Verdict, Waiver};

/// The law.
const LAW: &str = "房屋稅條例第15條";
/// Days to ask for it, counted from the day after the disaster.
const DAYS_TO_ASK: u32 = 30;

/// What happened to a house.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HouseDamage {
    /// How much of the whole building.
    pub(crate) percent: DamagePercent,
    /// 災害發生日
    pub(crate) disaster_on: NaiveDate,
}

impl HouseDamage {
    /// From 30 % half, from 50 % all of the tax; below 30 % nothing.
    pub(crate) fn verdict(self) -> Verdict {
        let (relief, kept, reason, reason_en) = if self.percent.reaches(50) {
            (
                Waiver::Exempt,
                Fraction::ZERO,
                "毀損面積占整棟面積五成以上，必須修復始能使用者，免徵房屋稅",
                "half of the building or more is damaged: no house tax while it must be repaired",
            )
        } else if self.percent.reaches(30) {
            (
                Waiver::Half,
                Fraction::HALF,
                "毀損面積占整棟面積三成以上不及五成，減半徵收",
                "30 % or more and less than half of the building is damaged: half of the tax",
            )
        } else {
            (
                Waiver::None,
                Fraction::ONE,
                "毀損面積占整棟面積未達三成，不予減免",
                "less than 30 % of the building is damaged: no relief",
            )
        };
        Verdict {
            relief,
            share_due: kept,
            reason,
            reason_en,
            law: LAW,
            apply_by: taipei::days_after(self.disaster_on, DAYS_TO_ASK),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_percent_halves_and_fifty_percent_frees() {
        for (percent, relief, due) in [
            ("0", Waiver::None, 1_001),
            ("29", Waiver::None, 1_001),
            ("29.9999", Waiver::None, 1_001),
            ("30", Waiver::Half, 500),
            ("30.0001", Waiver::Half, 500),
            ("49.9", Waiver::Half, 500),
            ("49.9999", Waiver::Half, 500),
            ("50", Waiver::Exempt, 0),
            ("50.0001", Waiver::Exempt, 0),
            ("100", Waiver::Exempt, 0),
        ] {
            let day = "2026-10-01".parse().unwrap();
            let damage = HouseDamage {
                percent: percent.parse().unwrap(),
                disaster_on: day,
            };
            let found = damage.verdict().of(Some(1_001), day);
            assert_eq!(
                (found.relief, found.due, found.waived),
                (relief, Some(due), Some(1_001 - due)),
                "{percent} %"
            );
            assert_eq!(found.law, "房屋稅條例第15條");
        }
    }

    #[test]
    fn it_is_asked_for_within_thirty_days_of_the_disaster() {
        let damage = HouseDamage {
            percent: "50".parse().unwrap(),
            disaster_on: "2026-10-01".parse().unwrap(),
        };
        for (asked, in_time) in [
            ("2026-10-01", true),
            ("2026-10-30", true),
            ("2026-10-31", true),
            ("2026-11-01", false),
        ] {
            assert_eq!(
                damage.verdict().of(None, asked.parse().unwrap()).in_time,
                in_time,
                "{asked}"
            );
        }
        assert_eq!(
            damage.verdict().of(None, damage.disaster_on).due,
            None,
            "no tax was named"
        );
    }
}
