//! 繳款書: one row for each bill of a local tax.

use chrono::NaiveDate;
use identifiers::{PartyId, RecordNo};
use sea_orm::entity::prelude::*;

/// A bill. Money is in whole New Taiwan dollars.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, snapshot::Table)]
#[sea_orm(table_name = "bill")]
#[snapshot(may_be_absent)]
pub struct Model {
    /// 繳款書編號
    #[sea_orm(primary_key, auto_increment = false)]
    pub bill_no: RecordNo,
    /// 納稅義務人統一編號
    #[sea_orm(indexed)]
    pub taxpayer_id: PartyId,
    /// 稅目：房屋稅、地價稅、使用牌照稅
    pub tax_type: String,
    /// 課稅標的編號: of the house, the land or the vehicle.
    pub object_no: String,
    /// 年度
    pub year: i32,
    /// 稅額
    pub amount: i64,
    /// 繳納期限
    pub due_on: Option<NaiveDate>,
    /// 繳納日期; none while it is not paid.
    pub paid_on: Option<NaiveDate>,
    /// 縣市
    pub city: Option<String>,
}
