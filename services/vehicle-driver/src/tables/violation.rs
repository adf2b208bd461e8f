//! 交通違規: one row for each ticket.

use chrono::{DateTime, Utc};
use identifiers::{PersonId, Plate};
use sea_orm::entity::prelude::*;

/// A ticket.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, snapshot::Table)]
#[sea_orm(table_name = "violation")]
#[snapshot(may_be_absent)]
pub struct Model {
    /// 違規單號
    #[sea_orm(primary_key, auto_increment = false)]
    pub ticket_no: String,
    /// 號牌號碼
    #[sea_orm(indexed)]
    pub plate: Option<Plate>,
    /// 駕駛人統一編號
    #[sea_orm(indexed)]
    pub driver_id: Option<PersonId>,
    /// 違規時間
    pub occurred_at: DateTime<Utc>,
    /// 違反法條
    pub article: String,
    /// 罰鍰（新臺幣元）
    pub fine: i64,
    /// 繳納狀態
    pub status: String,
}
