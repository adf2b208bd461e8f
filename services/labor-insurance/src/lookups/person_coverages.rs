use actix_web::get;
use capability::{Key, List, Listed, Lookup, PageQuery, Parameters, Problems, ReasonHeaders};
use identifiers::PersonId;
use runtime::problem::Problem;

use super::person::coverages;
use crate::records::CoverageRecord;

/// A person's coverage; for officers, with purpose and case number. 依統一編號查詢加退保紀錄
#[utoipa::path(
    tag = "coverage",
    params(ReasonHeaders, PageQuery, ("person_id" = PersonId, Path, description = "被保險人統一編號")),
    responses((status = 200, body = Listed<CoverageRecord>), Problems)
)]
#[get("/v1/persons/{person_id}/coverages")]
pub(super) async fn person_coverages(
    lookup: Lookup,
    key: Key<PersonId>,
    page: Parameters<PageQuery>,
) -> Result<List<CoverageRecord>, Problem> {
    lookup.about(&key.0);
    coverages(&lookup, key.0, &page.0).await
}
