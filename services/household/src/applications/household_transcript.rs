use capability::{Examination, Form, Kind, OrProblem, not_yours};
use identifiers::{HouseholdNo, Phone};
use runtime::problem::Problem;
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::lookups::person::registered;
use crate::tables::person;

/// A transcript of one's own household. 戶籍謄本
#[derive(Debug, Deserialize, Serialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(super) struct HouseholdTranscript {
    /// 戶號：限本人現住戶
    household_no: HouseholdNo,
    /// 謄本種類
    scope: Scope,
    /// 份數
    #[validate(range(min = 1, max = 5, message = "must be from 1 to 5"))]
    #[schema(minimum = 1, maximum = 5)]
    copies: u8,
    /// 聯絡電話
    contact_phone: Phone,
}

/// What the transcript shows. 謄本種類
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Scope {
    /// 全戶
    WholeHousehold,
    /// 本人部分
    Person,
}

/// What the transcript will be made of. 審查結果
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TranscriptFinding {
    /// 戶籍狀態
    #[schema(example = "現戶")]
    register_status: String,
}

impl Form for HouseholdTranscript {
    const KIND: Kind = Kind::new("household-transcript", "戶籍謄本");
    type Finding = TranscriptFinding;

    async fn examine(&self, asked: &Examination<'_>) -> Result<TranscriptFinding, Problem> {
        let person = person::Entity::find_by_id(registered(asked.own_id())?)
            .one(asked.db())
            .await
            .or_problem()?
            .filter(|person| person.household_no == self.household_no)
            .ok_or_else(|| not_yours("household_no"))?;
        Ok(TranscriptFinding {
            register_status: person.register_status,
        })
    }
}

capability::files! {
    /// Asks for a transcript of one's own household. 申請戶籍謄本
    file_household_transcript(HouseholdTranscript) -> TranscriptFinding at "/v1/applications/household-transcript",
    example: {"household_no": "F0000001", "scope": "whole-household", "copies": 1, "contact_phone": "0912345678"}
}
