use capability::{Audience, List, Lookup, PageQuery};
use identifiers::PersonId;
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::records::CoverageRecord;
use crate::tables::coverage::{Column, Entity};

/// A person's coverage, unit by unit.
async fn coverages(
    lookup: &Lookup,
    person: PersonId,
    page: PageQuery,
) -> Result<List<CoverageRecord>, Problem> {
    let rows = Entity::find().filter(Column::PersonId.eq(person));
    let audience = Audience::of(lookup.caller());
    lookup
        .records(rows, &page, |row| CoverageRecord::new(row, audience))
        .await
}

capability::lists! {
    coverages(PersonId, PageQuery) -> CoverageRecord;

    /// The caller's coverage, unit by unit. 本人加退保紀錄
    own_coverages at "/v1/me/coverages", tag = "coverage";

    /// A person's coverage; for officers, with purpose and case number. 依統一編號查詢加退保紀錄
    person_coverages at "/v1/persons/{person_id}/coverages", tag = "coverage",
    params("person_id" = PersonId, Path, description = "被保險人統一編號");
}
