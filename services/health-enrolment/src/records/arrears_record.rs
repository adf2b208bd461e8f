use serde::Serialize;
use utoipa::ToSchema;

use crate::tables::arrears;

/// The status of a premium that is owed.
pub(crate) const OWED: &str = "未繳";

/// The premium of a month. 欠費
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ArrearsRecord {
    /// 計費年月
    #[schema(example = "2026-07")]
    pub(crate) period: String,
    /// 欠費金額（新臺幣元）
    pub(crate) amount: i64,
    /// 繳納狀態
    #[schema(example = "未繳")]
    pub(crate) status: String,
}

impl From<arrears::Model> for ArrearsRecord {
    fn from(arrears: arrears::Model) -> Self {
        Self {
            period: arrears.period,
            amount: arrears.amount,
            status: arrears.status,
        }
    }
}

/// What is owed altogether. 欠費合計
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Owed {
    /// 月數
    pub(crate) months: usize,
    /// 金額（新臺幣元）
    pub(crate) amount: i64,
}

impl Owed {
    /// The sum of these premiums.
    pub(crate) fn of(amounts: &[i64]) -> Self {
        Self {
            months: amounts.len(),
            amount: amounts.iter().copied().fold(0, i64::saturating_add),
        }
    }
}
