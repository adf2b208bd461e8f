use capability::{Examination, Form, Kind, NoFinding, OrProblem, Text, not_before, not_later};
use chrono::NaiveDate;
use identifiers::Phone;
use runtime::problem::Problem;
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::lookups::person::registered;
use crate::tables::id_card;

/// The loss of an identity card, which no longer counts from that day on. 國民身分證掛失
#[derive(Debug, Deserialize, Serialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdLossReport {
    /// 遺失日期
    lost_on: NaiveDate,
    /// 遺失地點
    lost_at: Text<1, 100>,
    /// 聯絡電話
    contact_phone: Phone,
}

impl Form for IdLossReport {
    const KIND: Kind = Kind::new("id-loss-report", "國民身分證掛失");
    type Finding = NoFinding;

    async fn examine(&self, asked: &Examination<'_>) -> Result<NoFinding, Problem> {
        not_later("lost_on", self.lost_on, asked.today())?;
        let card = id_card::Entity::find_by_id(registered(asked.own_id())?)
            .one(asked.db())
            .await
            .or_problem()?;
        if let Some(card) = card {
            not_before("lost_on", self.lost_on, card.issued_on)?;
        }
        Ok(NoFinding)
    }
}

capability::files! {
    /// Reports one's own identity card lost. 國民身分證掛失
    file_id_loss_report(IdLossReport) -> NoFinding at "/v1/applications/id-loss-report",
    example: {"lost_on": "2026-11-20", "lost_at": "新北市貢寮區福隆車站", "contact_phone": "0912345678"}
}
