//! 投保單位: one row for each employer or union that insures people.

use identifiers::{InsuredUnitCheck, InsuredUnitNo, Ubn};
use sea_orm::entity::prelude::*;

/// An insured unit.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, snapshot::Table)]
#[sea_orm(table_name = "insured_unit")]
pub struct Model {
    /// 保險證號
    #[sea_orm(primary_key, auto_increment = false)]
    pub unit_no: InsuredUnitNo,
    /// 檢查碼: stored and never checked, its rule is not public.
    pub check: Option<InsuredUnitCheck>,
    /// 投保單位名稱
    pub name: String,
    /// 統一編號
    pub ubn: Option<Ubn>,
    /// 單位類別
    pub unit_type: Option<String>,
    /// 聯絡電話
    pub contact: Option<String>,
    /// 單位狀態
    pub status: String,
}
