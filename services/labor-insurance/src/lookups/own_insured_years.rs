use actix_web::get;
use capability::{Answer, Answered, Lookup, Problems};
use runtime::problem::Problem;

use super::person::periods;
use crate::rules::InsuredTime;

/// How long the caller was insured, each day counted once. 本人投保年資
///
/// Overlapping and adjoining coverage is put together; coverage that lasts is counted up to today.
#[utoipa::path(tag = "coverage", responses((status = 200, body = Answered<InsuredTime>), Problems))]
#[get("/v1/me/insured-years")]
pub(super) async fn own_insured_years(lookup: Lookup) -> Result<Answer<InsuredTime>, Problem> {
    let periods = periods(lookup.db(), lookup.own_id()?).await?;
    Ok(lookup.answer(InsuredTime::until(lookup.today(), &periods)))
}
