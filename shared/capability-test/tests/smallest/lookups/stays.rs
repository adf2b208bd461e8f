use capability::{Audience, List, Lookup, PageQuery};
use identifiers::PersonId;
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::records::StayRecord;
use crate::tables::stay::{Column, Entity};

/// A person's stays.
async fn stays(
    lookup: &Lookup,
    person: PersonId,
    page: PageQuery,
) -> Result<List<StayRecord>, Problem> {
    let rows = Entity::find().filter(Column::PersonId.eq(person));
    let audience = Audience::of(lookup.caller());
    lookup
        .records(rows, &page, |row| StayRecord::new(&row, audience))
        .await
}

capability::lists! {
    stays(PersonId, PageQuery) -> StayRecord;

    /// The caller's stays in shelters. 本人收容紀錄
    own_stays at "/v1/me/stays", tag = "own";

    /// A person's stays in shelters; for officers, with purpose and case number. 依統一編號查詢收容紀錄
    stays_of_person at "/v1/persons/{person_id}/stays", tag = "person",
    params("person_id" = PersonId, Path, description = "身分證統一編號");
}
