//! What somebody of the loaded register could file; for demonstrations and drills, never for serving.

use capability::{SampleApplication, Sampled};
use chrono::NaiveDate;
use identifiers::PersonId;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};
use serde_json::json;

use crate::applications::CardReissue;
use crate::tables::nhi_card::{self, Column};

/// A new card for one that a person lost.
pub(crate) async fn application(db: &DatabaseConnection, id: PersonId, _: NaiveDate) -> Sampled {
    let cards = nhi_card::Entity::find().filter(Column::PersonId.eq(id));
    let card = cards.one(db).await?;
    Ok(card.map(|card| {
        SampleApplication::of::<CardReissue>(json!({
            "card_no_ends": &card.card_no.as_str()[8..], "reason": "lost",
            "delivery_address": "新北市貢寮區福隆街1號", "contact_phone": "0912345678",
        }))
    }))
}
