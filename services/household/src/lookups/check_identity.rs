use actix_web::post;
use capability::{
    Answer, Answered, Body, BodyProblems, Lookup, OrProblem, Problems, ReasonHeaders,
};
use chrono::NaiveDate;
use identifiers::{HouseholdNo, NationalId, PersonName};
use runtime::problem::Problem;
use sea_orm::{EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::protection::visible_to;
use crate::tables::{id_card, person};

/// What is claimed about a person. 待核對資料
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "at_least_one"))]
pub(super) struct IdentityFacts {
    /// 身分證統一編號
    national_id: NationalId,
    /// 姓名
    name: Option<PersonName>,
    /// 出生日期
    birth_date: Option<NaiveDate>,
    /// 戶號
    household_no: Option<HouseholdNo>,
    /// 國民身分證發證日期
    id_card_issued_on: Option<NaiveDate>,
}

fn at_least_one(facts: &IdentityFacts) -> Result<(), ValidationError> {
    let given = facts.name.is_some()
        || facts.birth_date.is_some()
        || facts.household_no.is_some()
        || facts.id_card_issued_on.is_some();
    if given {
        Ok(())
    } else {
        Err(ValidationError::new("no fact given"))
    }
}

/// Which of the given facts match; never the record. 核對結果
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct IdentityCheck {
    /// One member for each fact that was given. 各項結果
    matches: FactMatches,
    /// Whether every given fact matches. 全部相符
    all_match: bool,
}

/// Match or no match, fact by fact.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct FactMatches {
    /// 姓名
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<bool>,
    /// 出生日期
    #[serde(skip_serializing_if = "Option::is_none")]
    birth_date: Option<bool>,
    /// 戶號
    #[serde(skip_serializing_if = "Option::is_none")]
    household_no: Option<bool>,
    /// 國民身分證發證日期
    #[serde(skip_serializing_if = "Option::is_none")]
    id_card_issued_on: Option<bool>,
}

/// Checks facts about a person, for services only; the answer never contains the record. 身分核對
///
/// A person whom the caller may not know of, and one who does not exist, match nothing.
#[utoipa::path(
    tag = "identity",
    params(ReasonHeaders),
    request_body(content = IdentityFacts, example = json!({"national_id": "A123456789", "birth_date": "1970-01-31"})),
    responses((status = 200, body = Answered<IdentityCheck>), Problems, BodyProblems)
)]
#[post("/v1/identity-checks")]
pub(super) async fn check_identity(
    lookup: Lookup,
    facts: Body<IdentityFacts>,
) -> Result<Answer<IdentityCheck>, Problem> {
    let Body(facts) = facts;
    lookup.about(&facts.national_id);
    let found = person::Entity::find_by_id(facts.national_id)
        .filter(visible_to(lookup.caller()))
        .find_also_related(id_card::Entity)
        .one(lookup.db())
        .await
        .or_problem()?;
    let (person, card) = found.unzip();
    let card = card.flatten();
    let matches = FactMatches {
        name: facts
            .name
            .map(|name| person.as_ref().is_some_and(|person| person.name == name)),
        birth_date: facts.birth_date.map(|date| {
            person
                .as_ref()
                .is_some_and(|person| person.birth_date == date)
        }),
        household_no: facts.household_no.map(|number| {
            person
                .as_ref()
                .is_some_and(|person| person.household_no == number)
        }),
        id_card_issued_on: facts
            .id_card_issued_on
            .map(|date| card.as_ref().is_some_and(|card| card.issued_on == date)),
    };
    let all = [
        matches.name,
        matches.birth_date,
        matches.household_no,
        matches.id_card_issued_on,
    ];
    let all_match = all.into_iter().flatten().all(|fact| fact);
    Ok(lookup.answer(IdentityCheck { matches, all_match }))
}
