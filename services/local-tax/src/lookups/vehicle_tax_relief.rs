use actix_web::get;
use capability::{Answer, Answered, Lookup, Parameters, Problems, ReasonHeaders};
use chrono::NaiveDate;
use runtime::problem::Problem;
use serde::Deserialize;
use utoipa::IntoParams;
use validator::Validate;

use crate::rules::{Engine, Relief, VehicleDamage, VehicleKind};

/// A vehicle after a disaster.
#[derive(Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct DamagedVehicle {
    /// `car` 汽車 or `motorcycle` 機車
    #[param(inline)]
    vehicle_kind: VehicleKind,
    /// In cubic centimetres. 汽缸總排氣量
    #[validate(range(max = 30_000, message = "must be at most 30000"))]
    #[param(maximum = 30_000, example = 1798)]
    engine_cc: u32,
    /// 災害發生日
    disaster_on: NaiveDate,
    /// The year's tax, in whole dollars. 當年稅額（新臺幣元）
    #[validate(range(min = 0, message = "must not be below zero"))]
    #[param(minimum = 0)]
    tax: Option<i64>,
}

/// What vehicle licence tax would be relieved for a vehicle that cannot be used after a disaster. 使用牌照稅災害減免試算
///
/// No record is looked at.
#[utoipa::path(
    tag = "relief-estimate",
    params(ReasonHeaders, DamagedVehicle),
    responses((status = 200, body = Answered<Relief>), Problems)
)]
#[get("/v1/relief-estimates/vehicle-licence-tax")]
pub(super) async fn estimate_vehicle_tax_relief(
    lookup: Lookup,
    query: Parameters<DamagedVehicle>,
) -> Result<Answer<Relief>, Problem> {
    let Parameters(vehicle) = query;
    let damage = VehicleDamage {
        engine: Engine {
            kind: vehicle.vehicle_kind,
            cc: vehicle.engine_cc,
        },
        disaster_on: vehicle.disaster_on,
    };
    Ok(lookup.answer(damage.verdict().of(vehicle.tax, lookup.today())))
}
