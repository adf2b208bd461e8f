use std::collections::HashSet;

use actix_web::get;
use capability::{
    Audience, Cursor, List, Listed, Lookup, OrProblem, PageQuery, Parameters, Problems,
    ReasonHeaders,
};
use chrono::NaiveDate;
use identifiers::PersonName;
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use serde::Deserialize;
use utoipa::IntoParams;
use validator::Validate;

use crate::protection::{hidden_among, visible_to};
use crate::records::{PersonRecord, mentioned};
use crate::tables::id_card;
use crate::tables::person::{self, Column};

/// Whom to look for.
#[derive(Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct NameAndBirthDate {
    /// 姓名 (or the Latin name), whole and exact.
    name: PersonName,
    /// 出生日期, YYYY-MM-DD.
    birth_date: NaiveDate,
    /// `next` of the page before. 頁次標記
    cursor: Option<Cursor>,
    /// Rows wanted, 1 to 50. 每頁筆數
    #[validate(range(min = 1, max = 50, message = "must be from 1 to 50"))]
    #[param(minimum = 1, maximum = 50, default = 20)]
    limit: Option<u8>,
}

/// Persons by name and birth date; for officers, with purpose and case number. 依姓名及出生日期查詢
#[utoipa::path(
    tag = "person",
    params(ReasonHeaders, NameAndBirthDate),
    responses((status = 200, body = Listed<PersonRecord>), Problems)
)]
#[get("/v1/persons")]
pub(super) async fn persons_by_name(
    lookup: Lookup,
    query: Parameters<NameAndBirthDate>,
) -> Result<List<PersonRecord>, Problem> {
    let Parameters(query) = query;
    let page = PageQuery {
        cursor: query.cursor,
        limit: Some(query.limit.unwrap_or(20)),
    };
    let found = person::Entity::find()
        .filter(Column::BirthDate.eq(query.birth_date))
        .filter(
            Condition::any()
                .add(Column::Name.eq(query.name.as_str()))
                .add(Column::NameLatin.eq(query.name.as_str())),
        )
        .filter(visible_to(lookup.caller()))
        .find_also_related(id_card::Entity);
    let (rows, next) = lookup.page(found, &page).await?;

    let all_mentioned = rows.iter().flat_map(|(person, _)| mentioned(person));
    let hidden: HashSet<String> = hidden_among(lookup.db(), lookup.caller(), all_mentioned)
        .await
        .or_problem()?;
    let audience = Audience::of(lookup.caller());
    let records = rows
        .into_iter()
        .inspect(|(person, _)| lookup.about(&person.national_id));
    let records = records
        .map(|(person, card)| PersonRecord::new(person, card, &hidden, audience))
        .collect();
    Ok(lookup.list(records, next))
}
