use actix_web::get;
use capability::{Key, List, Listed, Lookup, Problems, ReasonHeaders};
use identifiers::NationalId;
use runtime::problem::Problem;

use super::kin::kin_of;
use crate::records::KinRecord;

/// A person's parents, spouse and children; for officers, with purpose and case number. 查詢親屬
#[utoipa::path(
    tag = "kin",
    params(ReasonHeaders, ("national_id" = NationalId, Path, description = "身分證統一編號")),
    responses((status = 200, body = Listed<KinRecord>), Problems)
)]
#[get("/v1/persons/{national_id}/kin")]
pub(super) async fn kin_of_person(
    lookup: Lookup,
    key: Key<NationalId>,
) -> Result<List<KinRecord>, Problem> {
    let kin = kin_of(&lookup, key.0).await?;
    Ok(lookup.list(kin, None))
}
