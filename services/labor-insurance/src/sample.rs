//! An application that somebody could file; for demonstrations and drills, never for serving.

use capability::{Form, SampleApplication};
use chrono::NaiveDate;
use identifiers::PersonId;
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter};
use serde_json::json;

use crate::applications::EmergencyBenefitClaim;
use crate::tables::coverage::{self, Column};

/// A claim after an injury, by somebody who was insured before.
pub(crate) async fn application(
    db: &DatabaseConnection,
    person: PersonId,
    day: NaiveDate,
) -> Result<Option<SampleApplication>, DbErr> {
    let insured = coverage::Entity::find()
        .filter(Column::PersonId.eq(person))
        .filter(Column::EnrolledOn.lte(day))
        .one(db)
        .await?;
    Ok(insured.map(|_| SampleApplication {
        kind: EmergencyBenefitClaim::KIND.name,
        form: json!({
            "claim": {"kind": "injury", "from": day, "to": day, "treatment": "outpatient"},
            "description": "清理家園時受傷", "contact_phone": "0912345678",
        }),
    }))
}
