//! 土地標示部: one row for each parcel.

use identifiers::{LandOffice, ParcelNo, Section};
use sea_orm::entity::prelude::*;
use snapshot::Exact;

/// A parcel of land.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, snapshot::Table)]
#[sea_orm(table_name = "parcel")]
pub struct Model {
    /// 地政事務所
    #[sea_orm(primary_key, auto_increment = false)]
    pub land_office: LandOffice,
    /// 地段
    #[sea_orm(primary_key, auto_increment = false)]
    pub section: Section,
    /// 地號
    #[sea_orm(primary_key, auto_increment = false)]
    pub parcel_no: ParcelNo,
    /// 面積（平方公尺）
    pub area_m2: Exact,
    /// 使用分區
    pub zoning: Option<String>,
    /// 地目
    pub land_use: Option<String>,
    /// 公告土地現值（元／平方公尺）
    pub announced_current_value: Option<i64>,
}
