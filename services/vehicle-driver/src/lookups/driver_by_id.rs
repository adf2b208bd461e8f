use actix_web::get;
use capability::{
    Answer, Answered, Audience, Key, Lookup, Problems, ReasonHeaders, no_such_record,
};
use identifiers::PersonId;
use runtime::problem::Problem;

use super::driver::licences_of;
use crate::records::Driver;

/// A driver and their licences; for officers, with purpose and case number. 依駕駛人查詢
#[utoipa::path(
    tag = "driver",
    params(ReasonHeaders, ("person_id" = PersonId, Path, description = "身分證統一編號")),
    responses((status = 200, body = Answered<Driver>), Problems)
)]
#[get("/v1/drivers/{person_id}")]
pub(super) async fn driver_by_id(
    lookup: Lookup,
    key: Key<PersonId>,
) -> Result<Answer<Driver>, Problem> {
    let licences = licences_of(&lookup, key.0).await?;
    if licences.is_empty() {
        return Err(no_such_record());
    }
    let id = Audience::of(lookup.caller()).id(key.0);
    Ok(lookup.answer(Driver::new(id, licences)))
}
