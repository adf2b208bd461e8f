use capability::{Deadline, Examination, Form, Kind, Text, not_later};
use chrono::NaiveDate;
use identifiers::Phone;
use runtime::problem::{self, Problem};
use runtime::taipei;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::rules::{DAYS_TO_DECLARE, LossFinding, net_loss};

/// The most dollars that one loss can be declared with.
const MOST_DOLLARS: i64 = 1_000_000_000_000;

/// What somebody lost in a disaster, to be deducted from income. 災害損失申報
#[derive(Debug, Deserialize, Serialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct DisasterLossDeclaration {
    /// 災害發生日
    disaster_on: NaiveDate,
    /// 受災地點
    place: Text<1, 200>,
    /// 損失清單
    #[validate(
        nested,
        length(min = 1, max = 50, message = "must have 1 to 50 losses")
    )]
    #[schema(min_items = 1, max_items = 50)]
    losses: Vec<Loss>,
    /// What insurance and relief paid, in whole dollars. 保險賠償及救濟金（新臺幣元）
    #[validate(range(min = 0, max = MOST_DOLLARS, message = "must be from 0 to 1000000000000"))]
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64)]
    compensated: i64,
    /// 聯絡電話
    contact_phone: Phone,
    /// 受災照片及證明文件：先上傳之附件編號
    #[serde(default)]
    attachments: Vec<Uuid>,
}

/// One thing that was lost. 損失項目
#[derive(Debug, Deserialize, Serialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
struct Loss {
    /// 損失財產名稱
    what: Text<1, 100>,
    /// In whole dollars. 損失金額（新臺幣元）
    #[validate(range(min = 1, max = MOST_DOLLARS, message = "must be from 1 to 1000000000000"))]
    #[schema(minimum = 1, maximum = 1_000_000_000_000_i64)]
    amount: i64,
}

impl Form for DisasterLossDeclaration {
    const KIND: Kind = Kind::new("disaster-loss-declaration", "災害損失申報").with_attachments(5);
    type Finding = LossFinding;

    fn deadline(&self) -> Option<Deadline> {
        Some(Deadline {
            field: "disaster_on",
            last_day: taipei::days_after(self.disaster_on, DAYS_TO_DECLARE),
            law: "所得稅法施行細則第10條之1",
        })
    }

    fn attachments(&self) -> &[Uuid] {
        &self.attachments
    }

    async fn examine(&self, asked: &Examination<'_>) -> Result<LossFinding, Problem> {
        not_later("disaster_on", self.disaster_on, asked.today())?;
        let amounts = self.losses.iter().map(|loss| loss.amount);
        net_loss(amounts, self.compensated).ok_or_else(|| Problem::new(problem::Kind::Internal))
    }
}

capability::files! {
    /// Declares losses in a disaster within 30 days, so that the agency can see them. 災害損失申報
    file_disaster_loss_declaration(DisasterLossDeclaration) -> LossFinding at "/v1/applications/disaster-loss-declaration",
    example: {
        "disaster_on": "2026-11-20", "place": "新北市貢寮區福隆街1號", "losses": [{"what": "家具", "amount": 80000}],
        "compensated": 0, "contact_phone": "0912345678"
    }
}
