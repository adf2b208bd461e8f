use actix_web::get;
use capability::{List, Listed, Lookup, PageQuery, Parameters, Problems};
use runtime::problem::Problem;

use super::person::claims;
use crate::records::ClaimRecord;

/// The caller's claims of benefits and how far they have come. 本人給付申請
#[utoipa::path(tag = "claim", params(PageQuery), responses((status = 200, body = Listed<ClaimRecord>), Problems))]
#[get("/v1/me/claims")]
pub(super) async fn own_claims(
    lookup: Lookup,
    page: Parameters<PageQuery>,
) -> Result<List<ClaimRecord>, Problem> {
    claims(&lookup, lookup.own_id()?, &page.0).await
}
