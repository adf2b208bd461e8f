use actix_web::get;
use capability::{Answer, Answered, Lookup, OrProblem, PageQuery, Problems, no_such_record};
use identifiers::{ObjectKind, PartyId};
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter};
use serde::Serialize;
use utoipa::ToSchema;

use super::titles::titles_of;
use crate::records::Title;
use crate::tables::ownership::Column;

/// Titles that a summary shows; the others are read page by page.
const SHOWN: u8 = 20;

/// What the caller owns. 本人不動產摘要
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Estate {
    /// 土地筆數
    parcels: u64,
    /// 建物棟數
    buildings: u64,
    /// 前二十筆權利; the others are at `/v1/me/titles`.
    titles: Vec<Title>,
    /// 是否尚有其他
    more: bool,
}

/// How many titles the caller has over all land offices, and the first of them. 本人不動產摘要
#[utoipa::path(tag = "title", responses((status = 200, body = Answered<Estate>), Problems))]
#[get("/v1/me")]
pub(super) async fn own_summary(lookup: Lookup) -> Result<Answer<Estate>, Problem> {
    let owner = PartyId::Person(lookup.own_id()?);
    let first = PageQuery::first(SHOWN);
    let (rows, next) = lookup.page(titles_of(owner), &first).await?;
    if rows.is_empty() {
        return Err(no_such_record());
    }
    let count = async |kind: ObjectKind| {
        titles_of(owner)
            .filter(Column::ObjectKind.eq(kind.as_str()))
            .count(lookup.db())
            .await
            .or_problem()
    };
    let estate = Estate {
        parcels: count(ObjectKind::Parcel).await?,
        buildings: count(ObjectKind::Building).await?,
        titles: rows.into_iter().map(Title::from).collect(),
        more: next.is_some(),
    };
    Ok(lookup.answer(estate))
}
