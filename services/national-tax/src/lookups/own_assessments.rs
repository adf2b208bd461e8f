use actix_web::get;
use capability::{List, Listed, Lookup, Parameters, Problems};
use identifiers::PartyId;
use runtime::problem::Problem;

use super::assessments::{OfYear, page};
use crate::records::AssessmentRecord;

/// The caller's assessments, by tax and year. 本人核定稅額
#[utoipa::path(tag = "assessment", params(OfYear), responses((status = 200, body = Listed<AssessmentRecord>), Problems))]
#[get("/v1/me/assessments")]
pub(super) async fn own_assessments(
    lookup: Lookup,
    query: Parameters<OfYear>,
) -> Result<List<AssessmentRecord>, Problem> {
    let me = PartyId::Person(lookup.own_id()?);
    page(&lookup, me, query.0).await
}
