use actix_web::get;
use capability::{Key, List, Listed, Lookup, PageQuery, Parameters, Problems, ReasonHeaders};
use identifiers::PersonId;
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::records::Period;
use crate::tables::enrolment;

/// All periods of the caller's insurance. 本人承保紀錄
#[utoipa::path(tag = "own", params(PageQuery), responses((status = 200, body = Listed<Period>), Problems))]
#[get("/v1/me/enrolments")]
pub(super) async fn own_enrolments(
    lookup: Lookup,
    page: Parameters<PageQuery>,
) -> Result<List<Period>, Problem> {
    let id = lookup.own_id()?;
    enrolments(&lookup, id, &page.0).await
}

/// All periods of a person's insurance; for officers, with purpose and case number. 依統一編號查詢承保紀錄
#[utoipa::path(
    tag = "person",
    params(
        ReasonHeaders,
        ("person_id" = PersonId, Path, description = "身分證統一編號"),
        PageQuery
    ),
    responses((status = 200, body = Listed<Period>), Problems)
)]
#[get("/v1/persons/{person_id}/enrolments")]
pub(super) async fn enrolments_of_person(
    lookup: Lookup,
    key: Key<PersonId>,
    page: Parameters<PageQuery>,
) -> Result<List<Period>, Problem> {
    enrolments(&lookup, key.0, &page.0).await
}

async fn enrolments(
    lookup: &Lookup,
    person: PersonId,
    page: &PageQuery,
) -> Result<List<Period>, Problem> {
    lookup.about(&person);
    let periods = enrolment::Entity::find().filter(enrolment::Column::PersonId.eq(person.as_str()));
    let (rows, next) = lookup.page(periods, page).await?;
    Ok(lookup.list(rows.into_iter().map(Period::from).collect(), next))
}
