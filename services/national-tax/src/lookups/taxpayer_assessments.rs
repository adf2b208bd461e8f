use actix_web::get;
use capability::{Key, List, Listed, Lookup, Parameters, Problems, ReasonHeaders};
use identifiers::PartyId;
use runtime::problem::Problem;

use super::assessments::{OfYear, page};
use crate::records::AssessmentRecord;

/// The assessments of a person or an organisation; for officers, with purpose and case number. 依統一編號查詢核定稅額
#[utoipa::path(
    tag = "assessment",
    params(ReasonHeaders, OfYear, ("taxpayer_id" = inline(PartyId), Path, description = "納稅義務人統一編號")),
    responses((status = 200, body = Listed<AssessmentRecord>), Problems)
)]
#[get("/v1/taxpayers/{taxpayer_id}/assessments")]
pub(super) async fn taxpayer_assessments(
    lookup: Lookup,
    key: Key<PartyId>,
    query: Parameters<OfYear>,
) -> Result<List<AssessmentRecord>, Problem> {
    lookup.about(&key.0);
    page(&lookup, key.0, query.0).await
}
