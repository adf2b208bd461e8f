use capability::{List, Lookup, PageQuery};
use identifiers::PersonId;
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::records::Period;
use crate::tables::enrolment::{Column, Entity};

/// All periods of a person's insurance.
async fn enrolments(
    lookup: &Lookup,
    person: PersonId,
    page: PageQuery,
) -> Result<List<Period>, Problem> {
    let rows = Entity::find().filter(Column::PersonId.eq(person));
    lookup.records(rows, &page, Period::from).await
}

capability::lists! {
    enrolments(PersonId, PageQuery) -> Period;

    /// All periods of the caller's insurance. 本人承保紀錄
    own_enrolments at "/v1/me/enrolments", tag = "own";

    /// All periods of a person's insurance; for officers, with purpose and case number. 依統一編號查詢承保紀錄
    enrolments_of_person at "/v1/persons/{person_id}/enrolments", tag = "person",
    params("person_id" = PersonId, Path, description = "身分證統一編號");
}
