//! What somebody of the loaded register could file; for demonstrations and drills, never for serving.

use capability::{SampleApplication, Sampled};
use chrono::NaiveDate;
use identifiers::PersonId;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};
use serde_json::json;

use crate::applications::TitleCertificateLoss;
use crate::records::object_of;
use crate::tables::ownership::{self, Column};

/// That the certificate of one of a person's titles was lost today.
pub(crate) async fn application(
    db: &DatabaseConnection,
    id: PersonId,
    today: NaiveDate,
) -> Sampled {
    let title = ownership::Entity::find()
        .filter(Column::OwnerId.eq(id.as_str()))
        .filter(Column::TitleCertificateNo.is_not_null())
        .one(db)
        .await?;
    Ok(title.map(|title| {
        let object = format!("{}:{}", title.object_kind, object_of(&title).0);
        SampleApplication::of::<TitleCertificateLoss>(json!({
            "object": object, "title_certificate_no": title.title_certificate_no, "lost_on": today,
            "circumstances": "住家遭地震毀損", "contact_phone": "0912345678",
        }))
    }))
}
