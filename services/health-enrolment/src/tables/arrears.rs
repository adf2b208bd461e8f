//! 欠費: one row for each month whose premium is owed.

use identifiers::PersonId;
use sea_orm::entity::prelude::*;

/// The premium of a month.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, snapshot::Table)]
#[sea_orm(table_name = "arrears")]
#[snapshot(may_be_absent)]
pub struct Model {
    /// 身分證統一編號
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// 計費年月
    #[sea_orm(primary_key, auto_increment = false)]
    pub period: String,
    /// 欠費金額（新臺幣元）
    pub amount: i64,
    /// 繳納狀態
    pub status: String,
}
