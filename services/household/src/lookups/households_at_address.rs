use actix_web::get;
use capability::{
    Audience, Cursor, List, Listed, Lookup, OrProblem, Parameters, Problems, ReasonHeaders,
};
use identifiers::{HouseholdNo, NationalId};
use runtime::problem::Problem;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Deserialize;
use utoipa::IntoParams;
use validator::Validate;

use crate::protection::{hidden_among, visible_to};
use crate::records::{HouseholdRecord, Member};
use crate::tables::household::{self, Column};
use crate::tables::person;

/// Where to look.
#[derive(Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Whereabouts {
    /// The beginning of the doorplate, at least three characters. 門牌（前段）
    #[validate(length(min = 3, max = 200, message = "must have 3 to 200 characters"))]
    #[param(example = "新北市貢寮區")]
    address: String,
    /// `next` of the page before. 頁次標記
    cursor: Option<Cursor>,
    /// Persons wanted, 1 to 100. 每頁人數
    #[validate(range(min = 1, max = 100, message = "must be from 1 to 100"))]
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u8>,
}

/// Where a page ended: doorplate, household, person.
type Place = (String, HouseholdNo, NationalId);

/// Everyone at an address, for family tracing: households whose doorplate begins so, with their members. 依門牌查詢
///
/// A page is bounded by persons. A household that does not fit goes on at the top of the next page.
#[utoipa::path(
    tag = "address",
    params(ReasonHeaders, Whereabouts),
    responses((status = 200, body = Listed<HouseholdRecord>), Problems)
)]
#[get("/v1/households")]
pub(super) async fn households_at_address(
    lookup: Lookup,
    query: Parameters<Whereabouts>,
) -> Result<List<HouseholdRecord>, Problem> {
    let Parameters(query) = query;
    let limit = usize::from(query.limit.unwrap_or(50));
    let mut found = person::Entity::find()
        .find_also_related(household::Entity)
        .filter(begins_with(&query.address))
        .filter(visible_to(lookup.caller()))
        .order_by_asc(Column::StreetDoorplate)
        .order_by_asc(Column::HouseholdNo)
        .order_by_asc(person::Column::NationalId)
        .limit(limit as u64 + 1);
    if let Some(cursor) = &query.cursor {
        found = found.filter(after(&cursor.key::<Place>()?));
    }
    let mut rows: Vec<(person::Model, household::Model)> = found
        .all(lookup.db())
        .await
        .or_problem()?
        .into_iter()
        .filter_map(|(person, household)| Some((person, household?)))
        .collect();
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|(person, household)| {
        Cursor::after(&(
            &household.street_doorplate,
            &household.household_no,
            person.national_id,
        ))
    });

    let heads = rows.iter().filter_map(|(_, household)| household.head_id);
    let hidden = hidden_among(lookup.db(), lookup.caller(), heads)
        .await
        .or_problem()?;
    let audience = Audience::of(lookup.caller());
    let mut households: Vec<HouseholdRecord> = Vec::new();
    for (person, household) in rows {
        lookup.about(&person.national_id);
        if households
            .last()
            .is_none_or(|last| last.household_no != household.household_no)
        {
            households.push(HouseholdRecord::new(
                household,
                Vec::new(),
                &hidden,
                audience,
            ));
        }
        if let Some(last) = households.last_mut() {
            last.members.push(Member::new(person, audience));
        }
    }
    Ok(lookup.list(households, next))
}

/// Doorplates that begin with `address`, also where the asker writes 台 for the register's 臺. A range instead of LIKE:
/// it uses the index on both databases and has no wildcard to escape.
fn begins_with(address: &str) -> Condition {
    let range = |prefix: &str| {
        Condition::all()
            .add(Column::StreetDoorplate.gte(prefix))
            .add(Column::StreetDoorplate.lt(format!("{prefix}{}", char::MAX)))
    };
    let formal = address.replace('台', "臺");
    let as_written = Condition::any().add(range(address));
    if formal == address {
        as_written
    } else {
        as_written.add(range(&formal))
    }
}

fn after((doorplate, number, person): &Place) -> Condition {
    let here = Expr::tuple([
        Expr::col((household::Entity, Column::StreetDoorplate)),
        Expr::col((household::Entity, Column::HouseholdNo)),
        Expr::col((person::Entity, person::Column::NationalId)),
    ]);
    let there = Expr::tuple([
        Expr::val(doorplate.as_str()),
        Expr::val(number.as_str()),
        Expr::val(person.as_str()),
    ]);
    Condition::all().add(here.gt(there))
}
