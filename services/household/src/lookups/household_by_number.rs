use actix_web::get;
use capability::{Answer, Answered, Key, Lookup, Problems, ReasonHeaders};
use identifiers::HouseholdNo;
use runtime::problem::Problem;

use super::members::household_record;
use crate::records::HouseholdRecord;

/// A household by its number, with its members; for officers, with purpose and case number. 依戶號查詢
#[utoipa::path(
    tag = "household",
    params(ReasonHeaders, ("household_no" = HouseholdNo, Path, description = "戶號")),
    responses((status = 200, body = Answered<HouseholdRecord>), Problems)
)]
#[get("/v1/households/{household_no}")]
pub(super) async fn household_by_number(
    lookup: Lookup,
    key: Key<HouseholdNo>,
) -> Result<Answer<HouseholdRecord>, Problem> {
    let record = household_record(&lookup, key.0).await?;
    Ok(lookup.answer(record))
}
