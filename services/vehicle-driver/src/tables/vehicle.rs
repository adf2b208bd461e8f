//! 車籍: one row for each vehicle.

use chrono::NaiveDate;
use identifiers::{PartyId, Plate};
use sea_orm::entity::prelude::*;

/// The status of a vehicle that may be on the road.
pub(crate) const IN_USE: &str = "使用中";

/// A vehicle.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, snapshot::Table)]
#[sea_orm(table_name = "vehicle")]
pub struct Model {
    /// 號牌號碼
    #[sea_orm(primary_key, auto_increment = false)]
    pub plate: Plate,
    /// 車主統一編號
    #[sea_orm(indexed)]
    pub owner_id: PartyId,
    /// 車種
    pub kind: String,
    /// 廠牌
    pub make: Option<String>,
    /// 型式
    pub model: Option<String>,
    /// 車身號碼
    pub vin: Option<String>,
    /// 引擎號碼
    pub engine_no: Option<String>,
    /// 排氣量（立方公分）
    pub engine_cc: Option<i32>,
    /// 出廠年月
    pub built: Option<String>,
    /// 顏色
    pub colour: Option<String>,
    /// 定檢有效期限
    pub inspected_until: Option<NaiveDate>,
    /// 車籍狀態
    pub status: String,
}
