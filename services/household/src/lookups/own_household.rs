use actix_web::get;
use capability::{Answer, Answered, Lookup, Problems};
use runtime::problem::Problem;

use super::members::household_record;
use super::person::{own_id, visible_person};
use crate::records::HouseholdRecord;

/// The household the caller is registered in, with its members. 本人戶內資料
#[utoipa::path(tag = "household", responses((status = 200, body = Answered<HouseholdRecord>), Problems))]
#[get("/v1/me/household")]
pub(super) async fn own_household(lookup: Lookup) -> Result<Answer<HouseholdRecord>, Problem> {
    let id = own_id(&lookup)?;
    let person = visible_person(lookup.db(), lookup.caller(), id).await?;
    let record = household_record(&lookup, person.household_no).await?;
    Ok(lookup.answer(record))
}
