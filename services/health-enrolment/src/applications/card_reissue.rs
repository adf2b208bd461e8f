use capability::{Examination, Form, Kind, OrProblem, Text, not_yours};
use chrono::NaiveDate;
use identifiers::Phone;
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::tables::nhi_card::{self, Column};

/// A new health insurance card. 健保卡補換發
#[derive(Debug, Deserialize, Serialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct CardReissue {
    /// 原卡卡號末四碼：限本人健保卡; more of it is not shown to whoever signed in with registry facts.
    #[validate(custom(function = "four_digits"))]
    #[schema(pattern = "^[0-9]{4}$", example = "5678")]
    card_no_ends: String,
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
    /// 資料變更
    Changed,
}

fn four_digits(text: &str) -> Result<(), ValidationError> {
    if text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    Err(ValidationError::new("four_digits").with_message("must be four digits".into()))
}

/// Which card is replaced. 審查結果
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CardFinding {
    /// 原卡發卡日期
    replaces_card_issued_on: NaiveDate,
}

impl Form for CardReissue {
    const KIND: Kind = Kind::new("card-reissue", "健保卡補換發");
    type Finding = CardFinding;

    async fn examine(&self, asked: &Examination<'_>) -> Result<CardFinding, Problem> {
        let card = nhi_card::Entity::find()
            .filter(Column::PersonId.eq(asked.own_id().as_str()))
            .filter(Column::CardNo.ends_with(self.card_no_ends.as_str()))
            .one(asked.db())
            .await
            .or_problem()?
            .ok_or_else(|| not_yours("card_no_ends"))?;
        Ok(CardFinding {
            replaces_card_issued_on: card.issued_on,
        })
    }
}

capability::files! {
    /// Asks for a new health insurance card. 健保卡補換發
    file_card_reissue(CardReissue) -> CardFinding at "/v1/applications/card-reissue",
    example: {"card_no_ends": "5678", "reason": "lost", "delivery_address": "新北市貢寮區福隆街1號", "contact_phone": "0912345678"}
}
