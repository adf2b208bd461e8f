use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Card, Care, Owed, Period};

/// Somebody's insurance today. 承保摘要
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Cover {
    /// 今日是否在保
    pub(crate) covered_today: bool,
    /// 查詢日（臺灣時間）
    pub(crate) as_of: NaiveDate,
    /// 現行承保紀錄；null where nothing covers today.
    pub(crate) enrolment: Option<Period>,
    /// 最新健保卡
    pub(crate) card: Option<Card>,
    /// 欠費合計
    pub(crate) arrears: Owed,
    /// 就醫權益
    #[serde(flatten)]
    pub(crate) care: Care,
}
