use actix_web::get;
use capability::{Key, List, Listed, Lookup, PageQuery, Parameters, Problems, ReasonHeaders};
use identifiers::PersonId;
use runtime::problem::Problem;

use super::person::claims;
use crate::records::ClaimRecord;

/// A person's claims of benefits; for officers, with purpose and case number. 依統一編號查詢給付申請
#[utoipa::path(
    tag = "claim",
    params(ReasonHeaders, PageQuery, ("person_id" = PersonId, Path, description = "被保險人統一編號")),
    responses((status = 200, body = Listed<ClaimRecord>), Problems)
)]
#[get("/v1/persons/{person_id}/claims")]
pub(super) async fn person_claims(
    lookup: Lookup,
    key: Key<PersonId>,
    page: Parameters<PageQuery>,
) -> Result<List<ClaimRecord>, Problem> {
    lookup.about(&key.0);
    claims(&lookup, key.0, &page.0).await
}
