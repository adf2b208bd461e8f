use chrono::NaiveDate;
use serde::Serialize;
use snapshot::Exact;
use utoipa::ToSchema;

use crate::tables::{building, parcel};

/// What a parcel is. 土地標示部
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ParcelDescription {
    /// 面積（平方公尺）
    #[schema(value_type = String, example = "125.50")]
    pub(crate) area_m2: Exact,
    /// 使用分區
    #[schema(example = "住宅區")]
    pub(crate) zoning: Option<String>,
    /// 地目
    #[schema(example = "建")]
    pub(crate) land_use: Option<String>,
    /// 公告土地現值（元／平方公尺）
    pub(crate) announced_current_value: Option<i64>,
}

impl From<parcel::Model> for ParcelDescription {
    fn from(parcel: parcel::Model) -> Self {
        Self {
            area_m2: parcel.area_m2,
            zoning: parcel.zoning,
            land_use: parcel.land_use,
            announced_current_value: parcel.announced_current_value,
        }
    }
}

/// What a building is. 建物標示部
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BuildingDescription {
    /// 建物門牌
    pub(crate) doorplate: Option<String>,
    /// 層數
    pub(crate) floors: Option<i32>,
    /// 總面積（平方公尺）
    #[schema(value_type = String, example = "98.20")]
    pub(crate) area_m2: Exact,
    /// 建築完成日期
    pub(crate) completed_on: Option<NaiveDate>,
    /// 主要建材
    #[schema(example = "鋼筋混凝土造")]
    pub(crate) structure: Option<String>,
}

impl From<building::Model> for BuildingDescription {
    fn from(building: building::Model) -> Self {
        Self {
            doorplate: building.doorplate,
            floors: building.floors,
            area_m2: building.area_m2,
            completed_on: building.completed_on,
            structure: building.structure,
        }
    }
}
