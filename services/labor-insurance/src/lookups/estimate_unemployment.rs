use actix_web::get;
use capability::{Answer, Answered, Lookup, Parameters, Problems};
use chrono::NaiveDate;
use runtime::problem::Problem;
use serde::Deserialize;
use utoipa::IntoParams;
use validator::Validate;

use super::person::{average, counted, periods};
use crate::rules::{Benefit, LeadingMonths, Unemployment, insured_a_year_before};

/// Who lost their work; what is on record is taken where it is left out.
#[derive(Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct LostWork {
    /// The last day of work; today where it is left out. 離職退保日
    left_on: Option<NaiveDate>,
    /// Dependants without income. 受扶養眷屬人數
    #[validate(range(max = 20, message = "must be at most 20"))]
    #[param(maximum = 20, default = 0)]
    dependants: Option<u8>,
    /// 出生日期: the insurance record holds none.
    birth_date: Option<NaiveDate>,
    /// Whether a disability is certified. 領有身心障礙證明
    #[param(default = false)]
    disability: Option<bool>,
    /// The average monthly insured salary in whole dollars; the last 6 months on record where it is left out. 平均月投保薪資
    #[validate(range(max = 1_000_000, message = "must be at most 1000000"))]
    #[param(maximum = 1_000_000, example = 40000)]
    average_salary: Option<u32>,
}

/// What the caller's unemployment benefit would come to, step by step. 失業給付試算
#[utoipa::path(tag = "estimate", params(LostWork), responses((status = 200, body = Answered<Benefit>), Problems))]
#[get("/v1/me/estimates/unemployment")]
pub(super) async fn estimate_unemployment(
    lookup: Lookup,
    query: Parameters<LostWork>,
) -> Result<Answer<Benefit>, Problem> {
    let Parameters(given) = query;
    let periods = periods(lookup.db(), lookup.own_id()?).await?;
    let left_on = given.left_on.unwrap_or_else(|| lookup.today());
    let average = average(
        given.average_salary,
        LeadingMonths::Last6(left_on),
        &periods,
        &lookup,
    )?;
    let case = Unemployment {
        average,
        dependants: given.dependants.unwrap_or(0),
        left_on,
        birth_date: given.birth_date,
        disability: given.disability.unwrap_or(false),
        insured_a_year: insured_a_year_before(left_on, &periods),
    };
    Ok(lookup.answer(counted(case.benefit())?))
}
