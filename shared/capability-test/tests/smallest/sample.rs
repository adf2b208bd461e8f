//! What somebody of the loaded register could file; for demonstrations and drills, never for serving.

use capability::{SampleApplication, Sampled};
use chrono::NaiveDate;
use identifiers::PersonId;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};
use serde_json::json;

use crate::applications::ShelterChange;
use crate::tables::stay::{Column, Entity};

/// That a person wants to leave the shelter that they are in.
pub(crate) async fn application(db: &DatabaseConnection, id: PersonId, _: NaiveDate) -> Sampled {
    let stays = Entity::find().filter(Column::PersonId.eq(id));
    let stay = stays.filter(Column::To.is_null()).one(db).await?;
    Ok(stay.map(|stay| {
        SampleApplication::of::<ShelterChange>(json!({
            "shelter_no": stay.shelter_no, "reason": "輪椅無法進出", "contact_phone": "0912345678",
        }))
    }))
}
