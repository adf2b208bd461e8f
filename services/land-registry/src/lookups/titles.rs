use capability::{List, Lookup, PageQuery};
use identifiers::PartyId;
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Select};

use crate::records::Title;
use crate::tables::ownership::{Column, Entity};

/// The ownership entries of one owner over all land offices.
pub(super) fn titles_of(owner: PartyId) -> Select<Entity> {
    Entity::find().filter(Column::OwnerId.eq(owner))
}

/// One page of them.
async fn titles(lookup: &Lookup, owner: PartyId, page: PageQuery) -> Result<List<Title>, Problem> {
    lookup.records(titles_of(owner), &page, Title::from).await
}

capability::lists! {
    titles(PartyId, PageQuery) -> Title;

    /// The caller's titles over all land offices. 本人不動產
    own_titles at "/v1/me/titles", tag = "title";

    /// The titles of a person or an organisation over all land offices; for officers, with purpose and case number. 依所有權人查詢
    titles_of_owner at "/v1/owners/{owner_id}/titles", tag = "title",
    params("owner_id" = inline(PartyId), Path, description = "所有權人統一編號");
}
