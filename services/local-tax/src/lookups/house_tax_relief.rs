use actix_web::get;
use capability::{Answer, Answered, Lookup, Parameters, Problems, ReasonHeaders};
use chrono::NaiveDate;
use runtime::problem::Problem;
use serde::Deserialize;
use utoipa::IntoParams;
use validator::Validate;

use crate::rules::{DamagePercent, HouseDamage, Relief};

/// A house after a disaster.
#[derive(Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct DamagedHouse {
    /// The damaged part of the whole building in percent, exact. 毀損面積占整棟面積百分比
    #[param(inline, example = "49.9")]
    damage_percent: DamagePercent,
    /// 災害發生日
    disaster_on: NaiveDate,
    /// The year's tax, in whole dollars. 當年稅額（新臺幣元）
    #[validate(range(min = 0, message = "must not be below zero"))]
    #[param(minimum = 0)]
    tax: Option<i64>,
}

/// What house tax would be relieved after a disaster, why, and until when it can be asked for. 房屋稅災害減免試算
///
/// No record is looked at.
#[utoipa::path(
    tag = "relief-estimate",
    params(ReasonHeaders, DamagedHouse),
    responses((status = 200, body = Answered<Relief>), Problems)
)]
#[get("/v1/relief-estimates/house-tax")]
pub(super) async fn estimate_house_tax_relief(
    lookup: Lookup,
    query: Parameters<DamagedHouse>,
) -> Result<Answer<Relief>, Problem> {
    let Parameters(house) = query;
    let damage = HouseDamage {
        percent: house.damage_percent,
        disaster_on: house.disaster_on,
    };
    Ok(lookup.answer(damage.verdict().of(house.tax, lookup.today())))
}
