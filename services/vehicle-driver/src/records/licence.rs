use chrono::NaiveDate;
use identifiers::mask::Masked;
use serde::Serialize;
use utoipa::ToSchema;

use crate::tables::driver_licence;

/// The status of a licence that may be driven on; every other (吊扣, 吊銷, 註銷, …) forbids it.
const IN_FORCE: &str = "有效";

/// A driver's licence of one class. 駕照
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Licence {
    /// 駕照種類
    #[schema(example = "普通小型車")]
    pub(crate) class: String,
    /// 發照日期
    pub(crate) issued_on: NaiveDate,
    /// 有效期限；null where it does not end.
    pub(crate) valid_until: Option<NaiveDate>,
    /// 違規記點
    pub(crate) points: i32,
    /// 駕籍狀態：有效、吊扣、吊銷、註銷
    #[schema(example = "有效")]
    pub(crate) status: String,
    /// 今日得否駕駛此類車
    pub(crate) valid_today: bool,
}

impl Licence {
    pub(crate) fn new(licence: driver_licence::Model, today: NaiveDate) -> Self {
        let runs =
            licence.issued_on <= today && licence.valid_until.is_none_or(|last| today <= last);
        Self {
            valid_today: runs && licence.status == IN_FORCE,
            class: licence.class,
            issued_on: licence.issued_on,
            valid_until: licence.valid_until,
            points: licence.points,
            status: licence.status,
        }
    }
}

/// A driver and their licences. 駕駛人
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Driver {
    /// 身分證統一編號
    pub(crate) person_id: Masked,
    /// 違規記點合計
    pub(crate) points: i64,
    /// 各類駕照
    pub(crate) licences: Vec<Licence>,
}

impl Driver {
    pub(crate) fn new(person_id: Masked, licences: Vec<Licence>) -> Self {
        Self {
            person_id,
            points: licences
                .iter()
                .map(|licence| i64::from(licence.points))
                .sum(),
            licences,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_holds_from_its_first_to_its_last_day_and_only_in_force() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for (issued, until, status, today, expected) in [
            ("2020-01-02", Some("2026-11-21"), "有效", "2026-11-20", true),
            ("2020-01-02", Some("2026-11-21"), "有效", "2026-11-21", true),
            (
                "2020-01-02",
                Some("2026-11-21"),
                "有效",
                "2026-11-22",
                false,
            ),
            ("2020-01-02", None, "有效", "2026-11-22", true),
            ("2020-01-02", None, "有效", "2020-01-02", true),
            ("2020-01-02", None, "有效", "2020-01-01", false),
            ("2020-01-02", None, "吊扣", "2026-11-22", false),
            ("2020-01-02", None, "註銷", "2026-11-22", false),
            ("2020-01-02", None, "", "2026-11-22", false),
        ] {
            let row = driver_licence::Model {
                person_id: "A123456789".parse().unwrap(),
                class: "普通小型車".to_owned(),
                issued_on: day(issued),
                valid_until: until.map(day),
                points: 0,
                status: status.to_owned(),
            };
            let valid = Licence::new(row, day(today)).valid_today;
            assert_eq!(valid, expected, "{issued} {until:?} {status} on {today}");
        }
    }
}
