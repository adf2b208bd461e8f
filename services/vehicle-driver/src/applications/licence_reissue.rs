use capability::{Examination, Form, Kind, OrProblem, Text, not_yours};
use chrono::NaiveDate;
use identifiers::Phone;
use runtime::problem::{self, Problem};
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::records::Licence;
use crate::tables::driver_licence;

/// A new document for a licence that still holds. 駕照補發或換發
#[derive(Debug, Deserialize, Serialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(super) struct LicenceReissue {
    /// 駕照種類：限本人有效駕照
    class: Text<1, 40>,
    /// 事由
    reason: Reason,
    /// 郵寄地址
    delivery_address: Text<5, 200>,
    /// 聯絡電話
    contact_phone: Phone,
}

/// Why. 事由
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Reason {
    /// 遺失
    Lost,
    /// 毀損
    Damaged,
    /// 姓名變更
    NameChanged,
}

/// What the new document will say. 審查結果
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LicenceFinding {
    /// 有效期限；null where it does not end.
    valid_until: Option<NaiveDate>,
}

impl Form for LicenceReissue {
    const KIND: Kind = Kind::new("licence-reissue", "駕照補發或換發");
    type Finding = LicenceFinding;

    async fn examine(&self, asked: &Examination<'_>) -> Result<LicenceFinding, Problem> {
        let key = (asked.own_id(), self.class.as_str().to_owned());
        let licence = driver_licence::Entity::find_by_id(key)
            .one(asked.db())
            .await
            .or_problem()?
            .ok_or_else(|| not_yours("class"))?;
        let licence = Licence::new(licence, asked.today());
        if !licence.valid_today {
            return Err(Problem::new(problem::Kind::Unprocessable).field(
                "class",
                "this licence is suspended, cancelled or expired",
                "此駕照已吊扣、註銷或逾期，無法補發。",
            ));
        }
        Ok(LicenceFinding {
            valid_until: licence.valid_until,
        })
    }
}

capability::files! {
    /// Asks for a new document of one's own licence. 駕照補發或換發
    file_licence_reissue(LicenceReissue) -> LicenceFinding at "/v1/applications/licence-reissue",
    example: {"class": "普通小型車", "reason": "lost", "delivery_address": "新北市貢寮區福隆街1號", "contact_phone": "0912345678"}
}
