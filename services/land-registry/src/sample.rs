//! What somebody of the loaded register could file; for demonstrations and drills, never for serving.

use capability::SampleApplication;
use chrono::NaiveDate;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use identifiers::{PartyId, PersonId};
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter};
use serde_json::json;

use crate::records::object_of;
use crate::tables::ownership::{self, Column};

/// That the certificate of one of a person's titles was lost today.
pub(crate) fn application(
    db: &DatabaseConnection,
    id: PersonId,
    today: NaiveDate,
) -> BoxFuture<'_, Result<Option<SampleApplication>, DbErr>> {
    async move {
        let title = ownership::Entity::find()
            .filter(Column::OwnerId.eq(PartyId::Person(id).as_str()))
            .filter(Column::TitleCertificateNo.is_not_null())
            .one(db)
            .await?;
        Ok(title.map(|title| {
            let object = format!("{}:{}", title.object_kind, object_of(&title).0);
            SampleApplication {
                kind: "title-certificate-loss",
                form: json!({
                    "object": object, "title_certificate_no": title.title_certificate_no, "lost_on": today,
                    "circumstances": "住家遭地震毀損", "contact_phone": "0912345678",
                }),
            }
        }))
    }
    .boxed()
}
