use actix_web::get;
use capability::{Key, List, Listed, Lookup, PageQuery, Parameters, Problems, ReasonHeaders};
use identifiers::PersonId;
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Select};

use crate::records::Period;
use crate::tables::enrolment;

/// All periods of the caller's insurance. 本人承保紀錄
#[utoipa::path(tag = "own", params(PageQuery), responses((status = 200, body = Listed<Period>), Problems))]
#[get("/v1/me/enrolments")]
pub(super) async fn own_enrolments(
    lookup: Lookup,
    page: Parameters<PageQuery>,
) -> Result<List<Period>, Problem> {
    let own = periods(lookup.own_id()?);
    lookup.records(own, &page.0, Period::from).await
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
    lookup.about(&key.0);
    let rows = periods(key.0);
    lookup.records(rows, &page.0, Period::from).await
}

fn periods(person: PersonId) -> Select<enrolment::Entity> {
    enrolment::Entity::find().filter(enrolment::Column::PersonId.eq(person.as_str()))
}
