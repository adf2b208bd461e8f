use capability::Audience;
use chrono::NaiveDate;
use identifiers::Plate;
use identifiers::mask::Masked;
use serde::Serialize;
use utoipa::ToSchema;

use crate::tables::vehicle;

/// A vehicle as the register knows it. 車籍資料
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VehicleRecord {
    /// 號牌號碼
    pub(crate) plate: Plate,
    /// 車主統一編號
    pub(crate) owner_id: Masked,
    /// 車種
    #[schema(example = "自用小客車")]
    pub(crate) kind: String,
    /// 廠牌
    pub(crate) make: Option<String>,
    /// 型式
    pub(crate) model: Option<String>,
    /// 車身號碼
    pub(crate) vin: Option<String>,
    /// 引擎號碼
    pub(crate) engine_no: Option<String>,
    /// 排氣量（立方公分）
    pub(crate) engine_cc: Option<i32>,
    /// 出廠年月
    #[schema(example = "2019-07")]
    pub(crate) built: Option<String>,
    /// 顏色
    pub(crate) colour: Option<String>,
    /// 定檢有效期限
    pub(crate) inspected_until: Option<NaiveDate>,
    /// 今日定檢是否有效；null where the register names no day.
    pub(crate) inspection_valid: Option<bool>,
    /// 車籍狀態
    #[schema(example = "使用中")]
    pub(crate) status: String,
}

/// Whether the inspection still holds on `today`; its last day counts.
pub(crate) fn inspection_valid(vehicle: &vehicle::Model, today: NaiveDate) -> Option<bool> {
    vehicle.inspected_until.map(|last| today <= last)
}

impl VehicleRecord {
    pub(crate) fn new(vehicle: vehicle::Model, audience: Audience, today: NaiveDate) -> Self {
        Self {
            inspection_valid: inspection_valid(&vehicle, today),
            plate: vehicle.plate,
            owner_id: audience.party(vehicle.owner_id),
            kind: vehicle.kind,
            make: vehicle.make,
            model: vehicle.model,
            vin: vehicle.vin,
            engine_no: vehicle.engine_no,
            engine_cc: vehicle.engine_cc,
            built: vehicle.built,
            colour: vehicle.colour,
            inspected_until: vehicle.inspected_until,
            status: vehicle.status,
        }
    }
}
