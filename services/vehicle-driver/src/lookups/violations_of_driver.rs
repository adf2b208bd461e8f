use actix_web::get;
use capability::{Key, List, Listed, Lookup, PageQuery, Parameters, Problems, ReasonHeaders};
use identifiers::PersonId;
use runtime::problem::Problem;

use super::tickets::tickets_of;
use crate::records::ViolationRecord;

/// The tickets of a driver, and those of their vehicles that name no driver; for officers, with purpose and case number.
/// 依駕駛人查詢違規
#[utoipa::path(
    tag = "driver",
    params(
        ReasonHeaders,
        ("person_id" = PersonId, Path, description = "身分證統一編號"),
        PageQuery
    ),
    responses((status = 200, body = Listed<ViolationRecord>), Problems)
)]
#[get("/v1/drivers/{person_id}/violations")]
pub(super) async fn violations_of_driver(
    lookup: Lookup,
    key: Key<PersonId>,
    page: Parameters<PageQuery>,
) -> Result<List<ViolationRecord>, Problem> {
    lookup.about(&key.0);
    let tickets = tickets_of(key.0);
    lookup
        .records(tickets, &page.0, ViolationRecord::from)
        .await
}
