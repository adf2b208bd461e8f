//! What somebody of the loaded register could file; for demonstrations and drills, never for serving.

use capability::{SampleApplication, Sampled};
use chrono::NaiveDate;
use identifiers::PersonId;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};
use serde_json::json;

use crate::applications::EmergencyBenefitClaim;
use crate::tables::coverage::{self, Column};

/// A claim after an injury, by somebody who was insured before.
pub(crate) async fn application(
    db: &DatabaseConnection,
    id: PersonId,
    today: NaiveDate,
) -> Sampled {
    let insured = coverage::Entity::find()
        .filter(Column::PersonId.eq(id))
        .filter(Column::EnrolledOn.lte(today))
        .one(db)
        .await?;
    Ok(insured.map(|_| {
        SampleApplication::of::<EmergencyBenefitClaim>(json!({
            "claim": {"kind": "injury", "from": today, "to": today, "treatment": "outpatient"},
            "description": "清理家園時受傷", "contact_phone": "0912345678",
        }))
    }))
}
