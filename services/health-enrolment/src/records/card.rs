use capability::Audience;
use chrono::NaiveDate;
use identifiers::mask::Masked;
use serde::Serialize;
use utoipa::ToSchema;

use crate::tables::nhi_card;

/// A health insurance card. 健保卡
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Card {
    /// 健保卡卡號；以基本保證等級查詢時僅顯示後四碼
    #[schema(value_type = String, example = "********5678")]
    pub(crate) card_no: Masked,
    /// 發卡日期
    pub(crate) issued_on: NaiveDate,
    /// 卡片狀態
    #[schema(example = "有效")]
    pub(crate) status: String,
}

impl Card {
    pub(crate) fn new(card: nhi_card::Model, audience: Audience) -> Self {
        Self {
            card_no: audience.document_no(card.card_no),
            issued_on: card.issued_on,
            status: card.status,
        }
    }
}
