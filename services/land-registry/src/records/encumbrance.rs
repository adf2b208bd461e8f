use chrono::NaiveDate;
use identifiers::mask::Masked;
use identifiers::mask::transcript::{Class, Field};
use serde::Serialize;
use utoipa::ToSchema;

use crate::party::party;
use crate::tables::encumbrance;

/// An entry in the encumbrance part. 他項權利部
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EncumbranceEntry {
    /// 登記次序
    #[schema(example = "0001")]
    pub(crate) entry_seq: String,
    /// 權利種類
    #[schema(example = "最高限額抵押權")]
    pub(crate) kind: String,
    /// 權利人
    pub(crate) holder: Masked,
    /// 擔保債權總金額（新臺幣元）
    pub(crate) secured_amount: Option<i64>,
    /// 債務人；第二類不顯示
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) debtor: Option<String>,
    /// 設定義務人；第二類不顯示
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) obligor: Option<String>,
    /// 存續期間起
    pub(crate) from: Option<NaiveDate>,
    /// 存續期間迄
    pub(crate) to: Option<NaiveDate>,
}

impl EncumbranceEntry {
    /// The entry as `class` shows it.
    pub(crate) fn new(entry: encumbrance::Model, class: Class) -> Self {
        Self {
            entry_seq: entry.entry_seq,
            kind: entry.kind,
            holder: class.name(party(&entry.holder), &entry.holder),
            secured_amount: entry.secured_amount,
            debtor: entry.debtor.filter(|_| class.shows(Field::Debtor)),
            obligor: entry.obligor.filter(|_| class.shows(Field::Obligor)),
            from: entry.from,
            to: entry.to,
        }
    }
}
