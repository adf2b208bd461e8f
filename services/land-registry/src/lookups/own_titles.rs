use actix_web::get;
use capability::{List, Listed, Lookup, PageQuery, Parameters, Problems};
use identifiers::PartyId;
use runtime::problem::Problem;

use super::titles::titles_of;
use crate::records::Title;

/// The caller's titles over all land offices. 本人不動產
#[utoipa::path(tag = "title", params(PageQuery), responses((status = 200, body = Listed<Title>), Problems))]
#[get("/v1/me/titles")]
pub(super) async fn own_titles(
    lookup: Lookup,
    page: Parameters<PageQuery>,
) -> Result<List<Title>, Problem> {
    let owner = PartyId::Person(lookup.own_id()?);
    lookup.records(titles_of(owner), &page.0, Title::from).await
}
