//! The journal of one capability.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};
use database::OpenError;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseConnection, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::{Map, Value};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::application::{Application, Attachment, Dossier, NewApplication, Step};
use crate::key::IdempotencyKey;
use crate::measures;
use crate::migrations::Migrator;
use crate::state::State;
use crate::tables::{application, attachment, receipt_key, step};
use crate::write::{NotFiled, Writer, filed_again};

/// Connections: one that writes, others that read.
const CONNECTIONS: u32 = 4;

/// Attachments of one person that no application names yet.
const MOST_UNNAMED: u64 = 10;

/// The journal cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the journal cannot be read")]
pub struct Unreachable;

/// Why an attachment was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAttached {
    /// This person has uploaded many that no application names.
    #[error("{MOST_UNNAMED} attachments wait for an application already")]
    TooMany,
    /// The database does not answer.
    #[error("the journal cannot be written")]
    Unavailable,
}

impl From<sea_orm::DbErr> for Unreachable {
    fn from(error: sea_orm::DbErr) -> Self {
        // The class only: a driver's words may quote personal data.
        let class = match error {
            sea_orm::DbErr::ConnectionAcquire(_) | sea_orm::DbErr::Conn(_) => "no connection",
            _ => "statement failed",
        };
        tracing::error!(class, "the journal failed");
        measures::failures(1);
        Self
    }
}

impl From<sea_orm::DbErr> for NotAttached {
    fn from(error: sea_orm::DbErr) -> Self {
        let Unreachable = error.into();
        Self::Unavailable
    }
}

/// What people filed with one capability. Clones share one writer.
#[derive(Clone, Debug)]
pub struct Journal {
    capability: Arc<str>,
    pub(crate) db: DatabaseConnection,
    writer: Writer,
    filed: Arc<Notify>,
    answers: Arc<AtomicBool>,
}

impl Journal {
    /// Opens the journal of `capability` at `url` and brings its tables up to date: in PostgreSQL the schema
    /// `journal_<capability>`, in SQLite the file.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn open(url: &str, capability: &str) -> Result<Self, OpenError> {
        let schema = format!("journal_{}", capability.replace('-', "_"));
        let db = database::open::<Migrator>(url, &schema, CONNECTIONS).await?;
        let filed = Arc::new(Notify::new());
        let told = Arc::clone(&filed);
        measures::filed(capability, 0);
        measures::forwarded(capability, 0);
        let capability: Arc<str> = capability.into();
        let writer = Writer::spawn(db.clone(), Arc::clone(&capability), move || {
            told.notify_one();
        });
        Ok(Self {
            capability,
            writer,
            db,
            filed,
            answers: Arc::new(AtomicBool::new(true)),
        })
    }

    /// Whose journal it is.
    #[must_use]
    pub fn capability(&self) -> &str {
        &self.capability
    }

    /// Files an application: it is on disk when this returns. Filed before with the same key, the same form and by the
    /// same person, the first one is returned.
    ///
    /// # Errors
    /// See [`NotFiled`].
    pub async fn file(&self, application: NewApplication) -> Result<Application, NotFiled> {
        self.writer.file(application).await
    }

    /// Whether its database answered when the relay last asked, which is every second or so.
    #[must_use]
    pub fn answers(&self) -> bool {
        self.answers.load(Ordering::Relaxed)
    }

    pub(crate) fn answered(&self, answered: bool) {
        self.answers.store(answered, Ordering::Relaxed);
    }

    /// Resolves once something was filed since the last time.
    pub async fn filed(&self) {
        self.filed.notified().await;
    }

    /// What filing again with this key would give, where this person used it before.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn with_key(
        &self,
        key: &IdempotencyKey,
        person_id: &str,
        fingerprint: &[u8; 32],
    ) -> Result<Option<Result<Application, NotFiled>>, Unreachable> {
        let found = application::Entity::find()
            .filter(application::Column::IdempotencyKey.eq(key.of_person(person_id)))
            .one(&self.db)
            .await?;
        Ok(found.map(|row| filed_again(row, fingerprint)))
    }

    /// A person's application with its steps; `None` also for somebody else's.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn dossier(&self, person_id: &str, id: Uuid) -> Result<Option<Dossier>, Unreachable> {
        let found = application::Entity::find()
            .filter(application::Column::Id.eq(id))
            .filter(application::Column::PersonId.eq(person_id))
            .one(&self.db)
            .await?;
        let Some(row) = found else { return Ok(None) };
        let later = step::Entity::find()
            .filter(step::Column::ApplicationId.eq(id))
            .order_by_asc(step::Column::Position)
            .all(&self.db)
            .await?;
        let attachments = attachment::Entity::find()
            .filter(attachment::Column::ApplicationId.eq(id))
            .order_by_asc(attachment::Column::Id)
            .select_only()
            .columns(DESCRIBED)
            .into_tuple()
            .all(&self.db)
            .await?;
        let application = Application::from(row);
        let received = Step {
            state: State::Received,
            at: application.filed_at,
            reason: None,
        };
        Ok(Some(Dossier {
            steps: std::iter::once(received)
                .chain(later.into_iter().map(Step::from))
                .collect(),
            attachments: attachments.into_iter().map(described).collect(),
            application,
        }))
    }

    /// A person's applications, the newest first: at most `limit` that were filed before `before`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn of_person(
        &self,
        person_id: &str,
        before: Option<i64>,
        limit: u64,
    ) -> Result<Vec<Application>, Unreachable> {
        let mut found = application::Entity::find()
            .filter(application::Column::PersonId.eq(person_id))
            .order_by_desc(application::Column::Position)
            .limit(limit);
        if let Some(before) = before {
            found = found.filter(application::Column::Position.lt(before));
        }
        let rows = found.all(&self.db).await?;
        Ok(rows.into_iter().map(Application::from).collect())
    }

    /// Keeps an attachment for an application that will name it.
    ///
    /// # Errors
    /// See [`NotAttached`].
    pub async fn attach(
        &self,
        person_id: &str,
        media_type: &str,
        content: &[u8],
        at: DateTime<Utc>,
    ) -> Result<Attachment, NotAttached> {
        let unnamed = attachment::Entity::find()
            .filter(attachment::Column::PersonId.eq(person_id))
            .filter(attachment::Column::ApplicationId.is_null());
        if unnamed.count(&self.db).await? >= MOST_UNNAMED {
            return Err(NotAttached::TooMany);
        }
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, content);
        let row = attachment::Model {
            id: Uuid::now_v7(),
            person_id: person_id.to_owned(),
            application_id: None,
            media_type: media_type.to_owned(),
            sha256: digest.as_ref().to_vec(),
            bytes: i64::try_from(content.len()).unwrap_or(i64::MAX),
            content: content.to_vec(),
            uploaded_us: at.timestamp_micros(),
        };
        let kept = Attachment {
            id: row.id,
            media_type: row.media_type.clone(),
            sha256: row.sha256.clone(),
            bytes: row.bytes,
        };
        attachment::Entity::insert(row.into_active_model())
            .exec_without_returning(&self.db)
            .await?;
        Ok(kept)
    }

    /// Forgets attachments that no application named since `before`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn forget_unnamed(&self, before: DateTime<Utc>) -> Result<u64, Unreachable> {
        let gone = attachment::Entity::delete_many()
            .filter(attachment::Column::ApplicationId.is_null())
            .filter(attachment::Column::UploadedUs.lt(before.timestamp_micros()))
            .exec(&self.db)
            .await?;
        Ok(gone.rows_affected)
    }

    /// Keeps the public key of receipts beside them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn enrol_key(&self, kid: &str, jwk: &Map<String, Value>) -> Result<(), Unreachable> {
        let row = receipt_key::ActiveModel {
            kid: Set(kid.to_owned()),
            jwk: Set(Value::Object(jwk.clone()).to_string()),
        };
        receipt_key::Entity::insert(row)
            .on_conflict_do_nothing_on([receipt_key::Column::Kid])
            .exec_without_returning(&self.db)
            .await?;
        Ok(())
    }

    /// The public keys of all receipts in it, as members of a JSON Web Key Set (RFC 7517).
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn receipt_keys(&self) -> Result<Vec<Map<String, Value>>, Unreachable> {
        let rows = receipt_key::Entity::find()
            .order_by_asc(receipt_key::Column::Kid)
            .all(&self.db)
            .await?;
        let keys = rows
            .into_iter()
            .map(|row| serde_json::from_str(&row.jwk).map_err(|_| Unreachable));
        keys.collect()
    }
}

/// An attachment's columns without its content.
const DESCRIBED: [attachment::Column; 4] = [
    attachment::Column::Id,
    attachment::Column::MediaType,
    attachment::Column::Sha256,
    attachment::Column::Bytes,
];

fn described((id, media_type, sha256, bytes): (Uuid, String, Vec<u8>, i64)) -> Attachment {
    Attachment {
        id,
        media_type,
        sha256,
        bytes,
    }
}
