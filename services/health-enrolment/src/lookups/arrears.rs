use capability::{List, Lookup, PageQuery};
use identifiers::PersonId;
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::records::ArrearsRecord;
use crate::tables::arrears::{Column, Entity};

/// The months whose premium a person owes.
async fn arrears(
    lookup: &Lookup,
    person: PersonId,
    page: PageQuery,
) -> Result<List<ArrearsRecord>, Problem> {
    let rows = Entity::find().filter(Column::PersonId.eq(person));
    lookup.records(rows, &page, ArrearsRecord::from).await
}

capability::lists! {
    arrears(PersonId, PageQuery) -> ArrearsRecord;

    /// The months whose premium the caller owes. 本人欠費
    own_arrears at "/v1/me/arrears", tag = "own";

    /// The months whose premium a person owes; for officers, with purpose and case number. 依統一編號查詢欠費
    arrears_of_person at "/v1/persons/{person_id}/arrears", tag = "person",
    params("person_id" = PersonId, Path, description = "身分證統一編號");
}
