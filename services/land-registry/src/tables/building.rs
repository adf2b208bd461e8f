//! 建物標示部: one row for each building.

use chrono::NaiveDate;
use identifiers::{BuildingNo, LandOffice, Section};
use sea_orm::entity::prelude::*;
use snapshot::Exact;

/// A building.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, snapshot::Table)]
#[sea_orm(table_name = "building")]
#[snapshot(may_be_absent)]
pub struct Model {
    /// 地政事務所
    #[sea_orm(primary_key, auto_increment = false)]
    pub land_office: LandOffice,
    /// 地段
    #[sea_orm(primary_key, auto_increment = false)]
    pub section: Section,
    /// 建號
    #[sea_orm(primary_key, auto_increment = false)]
    pub building_no: BuildingNo,
    /// 建物門牌
    pub doorplate: Option<String>,
    /// 層數
    pub floors: Option<i32>,
    /// 總面積（平方公尺）
    pub area_m2: Exact,
    /// 建築完成日期
    pub completed_on: Option<NaiveDate>,
    /// 主要建材
    pub structure: Option<String>,
}
