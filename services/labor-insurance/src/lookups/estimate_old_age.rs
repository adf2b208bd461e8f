use actix_web::get;
use capability::{Answer, Answered, Lookup, Parameters, Problems};
use runtime::problem::Problem;
use serde::Deserialize;
use utoipa::IntoParams;
use validator::Validate;

use super::person::{average, counted, periods};
use crate::rules::{Benefit, InsuredTime, LeadingMonths, old_age, years_and_months};

/// What to compute with instead of what is on record.
#[derive(Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Career {
    /// The average monthly insured salary in whole dollars; the best 60 months on record where it is left out. 平均月投保薪資
    #[validate(range(max = 1_000_000, message = "must be at most 1000000"))]
    #[param(maximum = 1_000_000, example = 40000)]
    average_salary: Option<u32>,
    /// Whole insured years; those on record where it is left out. 投保年資滿年數
    #[validate(range(max = 80, message = "must be at most 80"))]
    #[param(maximum = 80, example = 30)]
    years: Option<u8>,
    /// Months beyond the whole years that were given. 餘月數
    #[validate(range(max = 11, message = "must be at most 11"))]
    #[param(maximum = 11, default = 0)]
    months: Option<u8>,
}

/// What the caller's old-age annuity would come to, step by step. 老年年金給付試算
#[utoipa::path(tag = "estimate", params(Career), responses((status = 200, body = Answered<Benefit>), Problems))]
#[get("/v1/me/estimates/old-age")]
pub(super) async fn estimate_old_age(
    lookup: Lookup,
    query: Parameters<Career>,
) -> Result<Answer<Benefit>, Problem> {
    let Parameters(given) = query;
    let periods = periods(lookup.db(), lookup.own_id()?).await?;
    let average = average(
        given.average_salary,
        LeadingMonths::Best60,
        &periods,
        &lookup,
    )?;
    let years = match given.years {
        Some(years) => years_and_months(years.into(), given.months.unwrap_or(0).into()),
        None => InsuredTime::until(lookup.today(), &periods).in_years(),
    };
    Ok(lookup.answer(counted(old_age(average, years))?))
}
