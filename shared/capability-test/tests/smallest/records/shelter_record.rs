use identifiers::RecordNo;
use serde::Serialize;
use utoipa::ToSchema;

use crate::tables::shelter;

/// A shelter. 收容所
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShelterRecord {
    /// 收容所編號
    pub(crate) shelter_no: RecordNo,
    /// 名稱
    #[schema(example = "福連國小")]
    pub(crate) name: String,
    /// 可收容人數
    pub(crate) places: i32,
}

impl From<shelter::Model> for ShelterRecord {
    fn from(row: shelter::Model) -> Self {
        Self {
            shelter_no: row.shelter_no,
            name: row.name,
            places: row.places,
        }
    }
}
