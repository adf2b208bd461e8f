use actix_web::get;
use capability::{List, Listed, Lookup, PageQuery, Parameters, Problems};
use runtime::problem::Problem;

use super::tickets::tickets_of;
use crate::records::ViolationRecord;

/// The caller's tickets, and those of their vehicles that name no driver. 本人違規
#[utoipa::path(tag = "own", params(PageQuery), responses((status = 200, body = Listed<ViolationRecord>), Problems))]
#[get("/v1/me/violations")]
pub(super) async fn own_violations(
    lookup: Lookup,
    page: Parameters<PageQuery>,
) -> Result<List<ViolationRecord>, Problem> {
    let tickets = tickets_of(lookup.own_id()?);
    lookup
        .records(tickets, &page.0, ViolationRecord::from)
        .await
}
