//! 使用牌照稅: a vehicle that a disaster made unusable (使用牌照稅法第13條).

use chrono::{Datelike, NaiveDate};
use identifiers::Fraction;
use runtime::taipei;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::relief::{Verdict, Waiver};

/// The law.
const LAW: &str = "使用牌照稅法第13條";
/// Months to ask for it, counted from the day after the disaster.
const MONTHS_TO_ASK: u32 = 1;
/// The smallest motorcycle that is taxed at all, in cubic centimetres.
const SMALLEST_TAXED_MOTORCYCLE: u32 = 151;

/// The kinds of vehicle that the rule tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum VehicleKind {
    /// 汽車
    Car,
    /// 機車
    Motorcycle,
}

/// What the rule needs to know of a vehicle.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Engine {
    pub(crate) kind: VehicleKind,
    /// 汽缸總排氣量 in cubic centimetres.
    pub(crate) cc: u32,
}

impl Engine {
    /// Cars, and motorcycles from 151 cc.
    fn is_taxed(self) -> bool {
        self.kind == VehicleKind::Car || self.cc >= SMALLEST_TAXED_MOTORCYCLE
    }
}

/// What happened to a vehicle.
#[derive(Clone, Copy, Debug)]
pub(crate) struct VehicleDamage {
    pub(crate) engine: Engine,
    /// 災害發生日
    pub(crate) disaster_on: NaiveDate,
}

impl VehicleDamage {
    /// What happened on that day to a vehicle of this kind and displacement, in cubic centimetres.
    pub(crate) fn of(kind: VehicleKind, cc: u32, disaster_on: NaiveDate) -> Self {
        Self {
            engine: Engine { kind, cc },
            disaster_on,
        }
    }

    /// The year's tax is levied up to the day before the disaster.
    pub(crate) fn verdict(self) -> Verdict {
        let (relief, share_due, reason, reason_en) = if self.engine.is_taxed() {
            (
                Waiver::ByDay,
                self.days_before(),
                "因災害受損不堪使用，使用牌照稅計徵至災害發生前一日",
                "unusable after the disaster: the tax is levied up to the day before it",
            )
        } else {
            (
                Waiver::None,
                Fraction::ONE,
                "汽缸總排氣量150立方公分以下之機車不課徵使用牌照稅，無可減免",
                "motorcycles of up to 150 cc are not taxed, so there is nothing to relieve",
            )
        };
        Verdict {
            relief,
            share_due,
            reason,
            reason_en,
            law: LAW,
            apply_by: taipei::months_after(self.disaster_on, MONTHS_TO_ASK),
        }
    }

    /// The part of the year that lies before the disaster.
    fn days_before(self) -> Fraction {
        let year = if self.disaster_on.leap_year() {
            366
        } else {
            365
        };
        Fraction::new(self.disaster_on.ordinal0().into(), year).unwrap_or(Fraction::ONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(
        kind: VehicleKind,
        cc: u32,
        disaster: &str,
        asked: &str,
    ) -> super::super::relief::Relief {
        let disaster_on = disaster.parse().unwrap();
        let damage = VehicleDamage {
            engine: Engine { kind, cc },
            disaster_on,
        };
        damage.verdict().of(Some(3_650), asked.parse().unwrap())
    }

    #[test]
    fn cars_and_motorcycles_from_151_cc_are_relieved() {
        for (kind, cc, relief) in [
            (VehicleKind::Motorcycle, 125, Waiver::None),
            (VehicleKind::Motorcycle, 150, Waiver::None),
            (VehicleKind::Motorcycle, 151, Waiver::ByDay),
            (VehicleKind::Motorcycle, 152, Waiver::ByDay),
            (VehicleKind::Car, 0, Waiver::ByDay),
            (VehicleKind::Car, 150, Waiver::ByDay),
            (VehicleKind::Car, 1_798, Waiver::ByDay),
        ] {
            assert_eq!(
                found(kind, cc, "2026-10-01", "2026-10-01").relief,
                relief,
                "{kind:?} {cc} cc"
            );
        }
    }

    #[test]
    fn the_tax_runs_to_the_day_before_the_disaster() {
        for (disaster, due) in [
            ("2026-01-01", 0),
            ("2026-01-02", 10),
            ("2026-07-01", 1_810),
            ("2026-12-31", 3_640),
            ("2028-12-31", 3_640),
            ("2028-01-02", 9),
        ] {
            let found = found(VehicleKind::Car, 1_798, disaster, disaster);
            assert_eq!(
                (found.due, found.waived),
                (Some(due), Some(3_650 - due)),
                "{disaster}"
            );
        }
    }

    #[test]
    fn it_is_asked_for_within_one_month_of_the_disaster() {
        for (disaster, last) in [
            ("2026-10-15", "2026-11-15"),
            ("2026-01-31", "2026-02-28"),
            ("2026-02-28", "2026-03-31"),
        ] {
            let last: NaiveDate = last.parse().unwrap();
            for (asked, in_time) in [
                (last.pred_opt().unwrap(), true),
                (last, true),
                (last.succ_opt().unwrap(), false),
            ] {
                let found = found(VehicleKind::Car, 1_798, disaster, &asked.to_string());
                assert_eq!(
                    (found.apply_by, found.in_time),
                    (last, in_time),
                    "{disaster}, asked {asked}"
                );
            }
        }
    }
}
