//! What somebody of the loaded register could file; for demonstrations and drills, never for serving.

use capability::{SampleApplication, Sampled};
use chrono::NaiveDate;
use identifiers::{PartyId, PersonId};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;

use crate::applications::HouseTaxRelief;
use crate::tables::house;

/// Relief for the first of somebody's houses.
pub(crate) async fn application(
    db: &DatabaseConnection,
    id: PersonId,
    today: NaiveDate,
) -> Sampled {
    let house = house::Entity::find()
        .filter(house::Column::OwnerId.eq(PartyId::from(id)))
        .order_by_asc(house::Column::HouseTaxNo)
        .one(db)
        .await?;
    Ok(house.map(|house| {
        SampleApplication::of::<HouseTaxRelief>(json!({
            "house_tax_no": house.house_tax_no, "disaster_on": today, "damage_percent": "49.9",
            "description": "颱風掀翻屋頂", "contact_phone": "0912345678",
        }))
    }))
}
