use capability::{Audience, List, Lookup, PageQuery};
use identifiers::PartyId;
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::records::HouseRecord;
use crate::tables::house::{Column, Entity};

/// An owner's houses in the tax register.
async fn houses(
    lookup: &Lookup,
    owner: PartyId,
    page: PageQuery,
) -> Result<List<HouseRecord>, Problem> {
    let rows = Entity::find().filter(Column::OwnerId.eq(owner));
    let audience = Audience::of(lookup.caller());
    lookup
        .records(rows, &page, |row| HouseRecord::new(row, audience))
        .await
}

capability::lists! {
    houses(PartyId, PageQuery) -> HouseRecord;

    /// The caller's houses in the tax register. 本人房屋稅籍
    own_houses at "/v1/me/houses", tag = "house";
}
