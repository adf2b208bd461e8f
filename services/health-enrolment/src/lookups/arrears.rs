use actix_web::get;
use capability::{Key, List, Listed, Lookup, PageQuery, Parameters, Problems, ReasonHeaders};
use identifiers::PersonId;
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::records::ArrearsRecord;
use crate::tables::arrears;

/// The months whose premium the caller owes. 本人欠費
#[utoipa::path(tag = "own", params(PageQuery), responses((status = 200, body = Listed<ArrearsRecord>), Problems))]
#[get("/v1/me/arrears")]
pub(super) async fn own_arrears(
    lookup: Lookup,
    page: Parameters<PageQuery>,
) -> Result<List<ArrearsRecord>, Problem> {
    let id = lookup.own_id()?;
    months(&lookup, id, &page.0).await
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
    months(&lookup, key.0, &page.0).await
}

async fn months(
    lookup: &Lookup,
    person: PersonId,
    page: &PageQuery,
) -> Result<List<ArrearsRecord>, Problem> {
    lookup.about(&person);
    let months = arrears::Entity::find().filter(arrears::Column::PersonId.eq(person.as_str()));
    let (rows, next) = lookup.page(months, page).await?;
    Ok(lookup.list(rows.into_iter().map(ArrearsRecord::from).collect(), next))
}
