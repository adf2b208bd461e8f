//! What somebody of the loaded register could file; for demonstrations and drills, never for serving.

use capability::{SampleApplication, Sampled};
use chrono::NaiveDate;
use identifiers::PersonId;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};
use serde_json::json;

use crate::applications::VehicleLossOrScrap;
use crate::tables::vehicle::{self, Column, IN_USE};

/// That one of a person's vehicles was destroyed in a disaster today.
pub(crate) async fn application(
    db: &DatabaseConnection,
    id: PersonId,
    today: NaiveDate,
) -> Sampled {
    let vehicle = vehicle::Entity::find()
        .filter(Column::OwnerId.eq(id.as_str()))
        .filter(Column::Status.eq(IN_USE))
        .one(db)
        .await?;
    Ok(vehicle.map(|vehicle| {
        SampleApplication::of::<VehicleLossOrScrap>(json!({
            "plate": vehicle.plate, "event": "disaster", "happened_on": today, "contact_phone": "0912345678",
        }))
    }))
}
