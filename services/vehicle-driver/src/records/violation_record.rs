use chrono::{DateTime, Utc};
use identifiers::Plate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::tables::violation;

/// The status of a ticket that is still to be paid.
pub(crate) const OPEN: &str = "未繳";

/// A ticket. 交通違規
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ViolationRecord {
    /// 違規單號
    #[schema(example = "A00000001")]
    pub(crate) ticket_no: String,
    /// 號牌號碼
    pub(crate) plate: Option<Plate>,
    /// 違規時間（UTC）
    pub(crate) occurred_at: DateTime<Utc>,
    /// 違反法條
    #[schema(example = "第40條")]
    pub(crate) article: String,
    /// 罰鍰（新臺幣元）
    pub(crate) fine: i64,
    /// 繳納狀態：已繳、未繳
    #[schema(example = "未繳")]
    pub(crate) status: String,
}

impl From<violation::Model> for ViolationRecord {
    fn from(violation: violation::Model) -> Self {
        Self {
            ticket_no: violation.ticket_no,
            plate: violation.plate,
            occurred_at: violation.occurred_at,
            article: violation.article,
            fine: violation.fine,
            status: violation.status,
        }
    }
}
