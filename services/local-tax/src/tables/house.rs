//! 房屋稅籍: one row for each house that is taxed.

use identifiers::{HouseTaxNo, PartyId};
use sea_orm::entity::prelude::*;
use snapshot::Exact;

/// A house in the tax register.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, snapshot::Table)]
#[sea_orm(table_name = "house")]
#[snapshot(may_be_absent)]
pub struct Model {
    /// 房屋稅籍編號
    #[sea_orm(primary_key, auto_increment = false)]
    pub house_tax_no: HouseTaxNo,
    /// 所有權人統一編號
    #[sea_orm(indexed)]
    pub owner_id: PartyId,
    /// 門牌
    pub doorplate: String,
    /// 構造
    pub structure: Option<String>,
    /// 面積（平方公尺）
    pub area_m2: Exact,
    /// 課稅現值, in whole New Taiwan dollars.
    pub taxable_value: i64,
}
