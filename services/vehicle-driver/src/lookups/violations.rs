use capability::{List, Lookup, PageQuery};
use identifiers::PersonId;
use runtime::problem::Problem;

use super::tickets::tickets_of;
use crate::records::ViolationRecord;

/// A person's tickets.
async fn violations(
    lookup: &Lookup,
    person: PersonId,
    page: PageQuery,
) -> Result<List<ViolationRecord>, Problem> {
    lookup
        .records(tickets_of(person), &page, ViolationRecord::from)
        .await
}

capability::lists! {
    violations(PersonId, PageQuery) -> ViolationRecord;

    /// The caller's tickets, and those of their vehicles that name no driver. 本人違規
    own_violations at "/v1/me/violations", tag = "own";

    /// The tickets of a driver, and those of their vehicles that name no driver; for officers, with purpose and case number.
    /// 依駕駛人查詢違規
    violations_of_driver at "/v1/drivers/{person_id}/violations", tag = "driver",
    params("person_id" = PersonId, Path, description = "身分證統一編號");
}
