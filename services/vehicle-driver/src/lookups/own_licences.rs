use actix_web::get;
use capability::{List, Listed, Lookup, Problems};
use runtime::problem::Problem;

use super::driver::licences_of;
use crate::records::Licence;

/// The caller's licences, a class each. 本人駕照
#[utoipa::path(tag = "own", responses((status = 200, body = Listed<Licence>), Problems))]
#[get("/v1/me/licences")]
pub(super) async fn own_licences(lookup: Lookup) -> Result<List<Licence>, Problem> {
    let licences = licences_of(&lookup, lookup.own_id()?).await?;
    Ok(lookup.list(licences, None))
}
