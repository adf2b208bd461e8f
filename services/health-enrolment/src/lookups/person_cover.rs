use actix_web::get;
use capability::{Answer, Answered, Audience, Key, Lookup, Problems, ReasonHeaders};
use identifiers::PersonId;
use runtime::problem::Problem;

use super::covers::{card_of, covering, owed_by, periods_of};
use crate::records::{Card, Care, Cover, Period};

/// The caller's insurance today. 本人承保摘要
#[utoipa::path(tag = "own", responses((status = 200, body = Answered<Cover>), Problems))]
#[get("/v1/me")]
pub(super) async fn own_cover(lookup: Lookup) -> Result<Answer<Cover>, Problem> {
    let id = lookup.own_id()?;
    cover(&lookup, id).await
}

/// A person's insurance today; for officers, with purpose and case number. 依統一編號查詢
#[utoipa::path(
    tag = "person",
    params(ReasonHeaders, ("person_id" = PersonId, Path, description = "身分證統一編號")),
    responses((status = 200, body = Answered<Cover>), Problems)
)]
#[get("/v1/persons/{person_id}")]
pub(super) async fn cover_of_person(
    lookup: Lookup,
    key: Key<PersonId>,
) -> Result<Answer<Cover>, Problem> {
    cover(&lookup, key.0).await
}

async fn cover(lookup: &Lookup, person: PersonId) -> Result<Answer<Cover>, Problem> {
    let today = lookup.today();
    let current = covering(periods_of(lookup, person).await?, today);
    let audience = Audience::of(lookup.caller());
    let card = card_of(lookup, person).await?;
    Ok(lookup.answer(Cover {
        covered_today: current.is_some(),
        as_of: today,
        enrolment: current.map(Period::from),
        card: card.map(|card| Card::new(card, audience)),
        arrears: owed_by(lookup, person).await?,
        care: Care::ALWAYS,
    }))
}
