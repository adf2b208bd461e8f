use actix_web::get;
use capability::{List, Listed, Lookup, Problems};
use runtime::problem::Problem;

use super::kin::kin_of;
use super::person::own_id;
use crate::records::KinRecord;

/// The caller's parents, spouse and children as the register links them. 本人親屬
#[utoipa::path(tag = "kin", responses((status = 200, body = Listed<KinRecord>), Problems))]
#[get("/v1/me/kin")]
pub(super) async fn own_kin(lookup: Lookup) -> Result<List<KinRecord>, Problem> {
    let kin = kin_of(&lookup, own_id(&lookup)?).await?;
    Ok(lookup.list(kin, None))
}
