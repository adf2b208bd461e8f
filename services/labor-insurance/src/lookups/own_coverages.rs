use actix_web::get;
use capability::{List, Listed, Lookup, PageQuery, Parameters, Problems};
use runtime::problem::Problem;

use super::person::coverages;
use crate::records::CoverageRecord;

/// The caller's coverage, unit by unit. 本人加退保紀錄
#[utoipa::path(tag = "coverage", params(PageQuery), responses((status = 200, body = Listed<CoverageRecord>), Problems))]
#[get("/v1/me/coverages")]
pub(super) async fn own_coverages(
    lookup: Lookup,
    page: Parameters<PageQuery>,
) -> Result<List<CoverageRecord>, Problem> {
    coverages(&lookup, lookup.own_id()?, &page.0).await
}
