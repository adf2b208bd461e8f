use actix_web::get;
use capability::{Key, List, Listed, Lookup, PageQuery, Parameters, Problems, ReasonHeaders};
use identifiers::PartyId;
use runtime::problem::Problem;

use super::titles::titles_of;
use crate::records::Title;

/// The titles of a person or an organisation over all land offices; for officers, with purpose and case number. 依所有權人查詢
#[utoipa::path(
    tag = "title",
    params(
        ReasonHeaders,
        ("owner_id" = inline(PartyId), Path, description = "所有權人統一編號"),
        PageQuery
    ),
    responses((status = 200, body = Listed<Title>), Problems)
)]
#[get("/v1/owners/{owner_id}/titles")]
pub(super) async fn titles_of_owner(
    lookup: Lookup,
    key: Key<PartyId>,
    page: Parameters<PageQuery>,
) -> Result<List<Title>, Problem> {
    let owner = key.0;
    if let PartyId::Person(person) = owner {
        lookup.about(&person);
    }
    lookup.records(titles_of(owner), &page.0, Title::from).await
}
