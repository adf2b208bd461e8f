//! What somebody of the loaded register could file; for demonstrations and drills, never for serving.

use capability::SampleApplication;
use chrono::NaiveDate;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use identifiers::{PartyId, PersonId};
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter};
use serde_json::json;

use crate::tables::vehicle::{self, Column, IN_USE};

/// That one of a person's vehicles was destroyed in a disaster today.
pub(crate) fn application(
    db: &DatabaseConnection,
    id: PersonId,
    today: NaiveDate,
) -> BoxFuture<'_, Result<Option<SampleApplication>, DbErr>> {
    async move {
        let vehicle = vehicle::Entity::find()
            .filter(Column::OwnerId.eq(PartyId::Person(id).as_str()))
            .filter(Column::Status.eq(IN_USE))
            .one(db)
            .await?;
        Ok(vehicle.map(|vehicle| SampleApplication {
            kind: "vehicle-loss-or-scrap",
            form: json!({
                "plate": vehicle.plate, "event": "disaster", "happened_on": today, "contact_phone": "0912345678",
            }),
        }))
    }
    .boxed()
}
