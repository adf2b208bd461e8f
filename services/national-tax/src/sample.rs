//! What somebody could file; for demonstrations and drills, never for serving.

use std::future::{Future, ready};

use capability::{SampleApplication, Sampled};
use chrono::NaiveDate;
use identifiers::PersonId;
use sea_orm::DatabaseConnection;
use serde_json::json;

use crate::applications::DisasterLossDeclaration;

/// Losses can be declared by anybody, whatever is on record.
pub(crate) fn application(
    _: &DatabaseConnection,
    _: PersonId,
    today: NaiveDate,
) -> impl Future<Output = Sampled> {
    ready(Ok(Some(SampleApplication::of::<DisasterLossDeclaration>(
        json!({
            "disaster_on": today, "place": "新北市貢寮區福隆街1號", "losses": [{"what": "家具", "amount": 80_000}],
            "compensated": 0, "contact_phone": "0912345678",
        }),
    ))))
}
