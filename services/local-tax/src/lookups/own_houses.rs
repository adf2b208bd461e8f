use actix_web::get;
use capability::{Audience, List, Listed, Lookup, PageQuery, Parameters, Problems};
use identifiers::PartyId;
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::records::HouseRecord;
use crate::tables::house;

/// The caller's houses in the tax register. 本人房屋稅籍
#[utoipa::path(tag = "house", params(PageQuery), responses((status = 200, body = Listed<HouseRecord>), Problems))]
#[get("/v1/me/houses")]
pub(super) async fn own_houses(
    lookup: Lookup,
    page: Parameters<PageQuery>,
) -> Result<List<HouseRecord>, Problem> {
    let me = PartyId::Person(lookup.own_id()?);
    let own = house::Entity::find().filter(house::Column::OwnerId.eq(me));
    let audience = Audience::of(lookup.caller());
    lookup
        .records(own, &page.0, |row| HouseRecord::new(row, audience))
        .await
}
