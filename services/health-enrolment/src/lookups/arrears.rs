use actix_web::get;
use capability::{Key, List, Listed, Lookup, PageQuery, Parameters, Problems, ReasonHeaders};
use identifiers::PersonId;
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Select};

use crate::records::ArrearsRecord;
use crate::tables::arrears;

/// The months whose premium the caller owes. 本人欠費
#[utoipa::path(tag = "own", params(PageQuery), responses((status = 200, body = Listed<ArrearsRecord>), Problems))]
#[get("/v1/me/arrears")]
pub(super) async fn own_arrears(
    lookup: Lookup,
    page: Parameters<PageQuery>,
) -> Result<List<ArrearsRecord>, Problem> {
    let own = months(lookup.own_id()?);
    lookup.records(own, &page.0, ArrearsRecord::from).await
}

/// The months whose premium a person owes; for officers, with purpose and case number. 依統一編號查詢欠費
#[utoipa::path(
    tag = "person",
    params(
        ReasonHeaders,
        ("person_id" = PersonId, Path, description = "身分證統一編號"),
        PageQuery
    ),
    responses((status = 200, body = Listed<ArrearsRecord>), Problems)
)]
#[get("/v1/persons/{person_id}/arrears")]
pub(super) async fn arrears_of_person(
    lookup: Lookup,
    key: Key<PersonId>,
    page: Parameters<PageQuery>,
) -> Result<List<ArrearsRecord>, Problem> {
    lookup.about(&key.0);
    let rows = months(key.0);
    lookup.records(rows, &page.0, ArrearsRecord::from).await
}

fn months(person: PersonId) -> Select<arrears::Entity> {
    arrears::Entity::find().filter(arrears::Column::PersonId.eq(person.as_str()))
}
