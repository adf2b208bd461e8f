use actix_web::get;
use capability::{Answer, Answered, Lookup, Parameters, Problems};
use chrono::NaiveDate;
use runtime::problem::{Kind, Problem};
use serde::Deserialize;
use utoipa::IntoParams;
use validator::Validate;

use super::person::{average, counted, periods};
use crate::rules::{Benefit, LeadingMonths, Sickness, Treatment};

/// A time of treatment after a disaster.
#[derive(Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct UnderTreatment {
    /// The first day of treatment without work. 治療起日
    from: NaiveDate,
    /// The last one. 治療迄日
    to: NaiveDate,
    /// `inpatient` 住院 or `outpatient` 門診: in a disaster both count.
    #[param(inline)]
    treatment: Treatment,
    /// The average monthly insured salary in whole dollars; the last 6 months on record where it is left out. 平均月投保薪資
    #[validate(range(max = 1_000_000, message = "must be at most 1000000"))]
    #[param(maximum = 1_000_000, example = 36300)]
    average_salary: Option<u32>,
}

/// What the caller's sickness benefit after a disaster would come to, step by step. 天然災害傷病給付試算
#[utoipa::path(tag = "estimate", params(UnderTreatment), responses((status = 200, body = Answered<Benefit>), Problems))]
#[get("/v1/me/estimates/sickness")]
pub(super) async fn estimate_sickness(
    lookup: Lookup,
    query: Parameters<UnderTreatment>,
) -> Result<Answer<Benefit>, Problem> {
    let Parameters(given) = query;
    let periods = periods(lookup.db(), lookup.own_id()?).await?;
    let average = average(
        given.average_salary,
        LeadingMonths::Last6(given.from),
        &periods,
        &lookup,
    )?;
    let case = Sickness {
        average,
        from: given.from,
        to: given.to,
        treatment: given.treatment,
    };
    let benefit = counted(case.benefit())?.ok_or_else(|| {
        Problem::new(Kind::Malformed).field("to", "must not be before `from`", "不得早於起日")
    })?;
    Ok(lookup.answer(benefit))
}
