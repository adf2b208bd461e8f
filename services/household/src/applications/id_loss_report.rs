use access::caller::Assurance;
use capability::{Examination, Form, Kind, NoFinding, OrProblem, not_before, not_later};
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
pub(super) struct IdLossReport {
    /// 遺失日期
    lost_on: NaiveDate,
    /// 遺失地點
    #[validate(length(min = 1, max = 100, message = "must have 1 to 100 characters"))]
    #[schema(min_length = 1, max_length = 100)]
    lost_at: String,
    /// 聯絡電話
    contact_phone: Phone,
}

impl Form for IdLossReport {
    const KIND: Kind = Kind {
        name: "id-loss-report",
        title: "國民身分證掛失",
        assurance: Assurance::Basic,
        attachments: 0,
    };
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
