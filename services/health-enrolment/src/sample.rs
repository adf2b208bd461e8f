//! What somebody of the loaded register could file; for demonstrations and drills, never for serving.

use capability::SampleApplication;
use chrono::NaiveDate;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use identifiers::PersonId;
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter};
use serde_json::json;

use crate::tables::nhi_card::{self, Column};

/// A new card for one that a person lost.
pub(crate) fn application(
    db: &DatabaseConnection,
    id: PersonId,
    _today: NaiveDate,
) -> BoxFuture<'_, Result<Option<SampleApplication>, DbErr>> {
    async move {
        let card = nhi_card::Entity::find()
            .filter(Column::PersonId.eq(id.as_str()))
            .one(db)
            .await?;
        Ok(card.map(|card| SampleApplication {
            kind: "card-reissue",
            form: json!({
                "card_no_ends": card.card_no.as_str().chars().skip(8).collect::<String>(), "reason": "lost",
                "delivery_address": "新北市貢寮區福隆街1號", "contact_phone": "0912345678",
            }),
        }))
    }
    .boxed()
}
