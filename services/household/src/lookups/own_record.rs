use actix_web::get;
use capability::{Answer, Answered, Lookup, Problems};
use runtime::problem::Problem;

use super::person::{own_id, person_record};
use crate::records::PersonRecord;

/// The caller's own record. 本人戶籍資料
///
/// With basic assurance (registry facts) names and numbers are masked.
#[utoipa::path(tag = "person", responses((status = 200, body = Answered<PersonRecord>), Problems))]
#[get("/v1/me")]
pub(super) async fn own_record(lookup: Lookup) -> Result<Answer<PersonRecord>, Problem> {
    let record = person_record(&lookup, own_id(&lookup)?).await?;
    Ok(lookup.answer(record))
}
