//! 稅籍登記: one row for each business that is registered for taxes.

use chrono::NaiveDate;
use identifiers::{PartyId, Ubn};
use sea_orm::entity::prelude::*;

/// A business's tax registration.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, snapshot::Table)]
#[sea_orm(table_name = "business_registration")]
#[snapshot(may_be_absent)]
pub struct Model {
    /// 統一編號
    #[sea_orm(primary_key, auto_increment = false)]
    pub ubn: Ubn,
    /// 營業人名稱
    pub name: String,
    /// 負責人統一編號
    pub responsible_id: Option<PartyId>,
    /// 營業地址
    pub address: Option<String>,
    /// 營業狀況
    pub status: String,
    /// 登記日期
    pub registered_on: Option<NaiveDate>,
}
