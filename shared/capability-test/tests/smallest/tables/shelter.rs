//! 收容所: one row for each shelter.

use identifiers::RecordNo;
use sea_orm::entity::prelude::*;

/// A shelter.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, snapshot::Table)]
#[sea_orm(table_name = "shelter")]
pub struct Model {
    /// 收容所編號
    #[sea_orm(primary_key, auto_increment = false)]
    pub shelter_no: RecordNo,
    /// 名稱
    pub name: String,
    /// 可收容人數
    pub places: i32,
}
