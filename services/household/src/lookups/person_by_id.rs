use actix_web::get;
use capability::{Answer, Answered, Key, Lookup, Problems, ReasonHeaders};
use identifiers::NationalId;
use runtime::problem::Problem;

use super::person::person_record;
use crate::records::PersonRecord;

/// A person's record by national ID; for officers, with purpose and case number. 依統一編號查詢
#[utoipa::path(
    tag = "person",
    params(ReasonHeaders, ("national_id" = NationalId, Path, description = "身分證統一編號")),
    responses((status = 200, body = Answered<PersonRecord>), Problems)
)]
#[get("/v1/persons/{national_id}")]
pub(super) async fn person_by_id(
    lookup: Lookup,
    key: Key<NationalId>,
) -> Result<Answer<PersonRecord>, Problem> {
    let record = person_record(&lookup, key.0).await?;
    Ok(lookup.answer(record))
}
