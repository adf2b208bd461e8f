use actix_web::get;
use capability::{Answer, Answered, Lookup, Parameters, Problems, ReasonHeaders};
use chrono::NaiveDate;
use runtime::problem::Problem;
use serde::Deserialize;
use utoipa::IntoParams;
use validator::Validate;

use crate::rules::{LandDamage, Relief};

/// Land after a disaster.
#[derive(Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct DamagedLand {
    /// 災害發生日
    disaster_on: NaiveDate,
    /// The year's tax on the land that cannot be used, in whole dollars. 無法使用土地之當年稅額（新臺幣元）
    #[validate(range(min = 0, message = "must not be below zero"))]
    #[param(minimum = 0)]
    tax: Option<i64>,
}

/// What land value tax would be relieved for land that cannot be used after a disaster. 地價稅災害減免試算
///
/// No record is looked at.
#[utoipa::path(
    tag = "relief-estimate",
    params(ReasonHeaders, DamagedLand),
    responses((status = 200, body = Answered<Relief>), Problems)
)]
#[get("/v1/relief-estimates/land-value-tax")]
pub(super) async fn estimate_land_tax_relief(
    lookup: Lookup,
    query: Parameters<DamagedLand>,
) -> Result<Answer<Relief>, Problem> {
    let Parameters(land) = query;
    let damage = LandDamage {
        disaster_on: land.disaster_on,
    };
    Ok(lookup.answer(damage.verdict().of(land.tax, lookup.today())))
}
