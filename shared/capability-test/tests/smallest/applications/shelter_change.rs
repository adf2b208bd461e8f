use capability::{Examination, Form, Kind, OrProblem, Text, not_yours};
use identifiers::{Phone, RecordNo};
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::tables::stay::{Column, Entity};

/// A move to another shelter. 轉換收容所
#[derive(Debug, Deserialize, Serialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShelterChange {
    /// 目前收容所編號：限本人收容中者
    shelter_no: RecordNo,
    /// 原因
    reason: Text<1, 500>,
    /// 聯絡電話
    contact_phone: Phone,
}

/// Since when the applicant has been there. 審查結果
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShelterFinding {
    /// 入住日期
    since: chrono::NaiveDate,
}

impl Form for ShelterChange {
    const KIND: Kind = Kind::new("shelter-change", "轉換收容所");
    type Finding = ShelterFinding;

    async fn examine(&self, asked: &Examination<'_>) -> Result<ShelterFinding, Problem> {
        let stay = Entity::find()
            .filter(Column::PersonId.eq(asked.own_id()))
            .filter(Column::ShelterNo.eq(self.shelter_no))
            .filter(Column::To.is_null())
            .one(asked.db())
            .await
            .or_problem()?
            .ok_or_else(|| not_yours("shelter_no"))?;
        Ok(ShelterFinding { since: stay.from })
    }
}

capability::files! {
    /// Asks for a place in another shelter. 申請轉換收容所
    file_shelter_change(ShelterChange) -> ShelterFinding at "/v1/applications/shelter-change",
    example: {"shelter_no": "S001", "reason": "輪椅無法進出", "contact_phone": "0912345678"}
}
