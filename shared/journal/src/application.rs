//! Applications as the rest of the program sees them.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::key::IdempotencyKey;
use crate::state::State;
use crate::tables::{application, attachment, step};

/// An application that passed every rule and is to be filed.
#[derive(Clone, Debug)]
pub struct NewApplication {
    /// Its number, made for it (UUID version 7).
    pub id: Uuid,
    /// Its kind's name.
    pub kind: &'static str,
    /// Who files it: national ID or UI number.
    pub person_id: String,
    /// The client's key.
    pub key: IdempotencyKey,
    /// SHA-256 of the kind and the form.
    pub fingerprint: [u8; 32],
    /// The form, as JSON.
    pub form: Value,
    /// What the rules said of it; null where they had nothing to say.
    pub finding: Value,
    /// The signed receipt.
    pub receipt: String,
    /// When it came in.
    pub filed_at: DateTime<Utc>,
    /// The snapshot that the rules were asked of.
    pub snapshot_id: Uuid,
    /// Attachments that this person uploaded before.
    pub attachments: Vec<Uuid>,
}

/// An application in the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Application {
    /// Its place in the order of filing.
    pub position: i64,
    /// Its number.
    pub id: Uuid,
    /// Its kind's name.
    pub kind: String,
    /// Who filed it.
    pub person_id: String,
    /// The form, as JSON.
    pub form: Value,
    /// What the rules said of it.
    pub finding: Value,
    /// The signed receipt.
    pub receipt: String,
    /// When it came in.
    pub filed_at: DateTime<Utc>,
    /// How far it has come.
    pub state: State,
    /// Since when.
    pub state_at: DateTime<Utc>,
    /// Why, in the agency's words.
    pub reason: Option<String>,
}

/// A step of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it became.
    pub state: State,
    /// When.
    pub at: DateTime<Utc>,
    /// Why, in the agency's words.
    pub reason: Option<String>,
}

/// What belongs to an application, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its number.
    pub id: Uuid,
    /// `image/jpeg`, `image/png` or `application/pdf`.
    pub media_type: String,
    /// SHA-256 of the content.
    pub sha256: Vec<u8>,
    /// Length of the content in bytes.
    pub bytes: i64,
}

/// An application with everything that belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Dossier {
    /// The application.
    pub application: Application,
    /// Its steps, from "received" on.
    pub steps: Vec<Step>,
    /// What came with it.
    pub attachments: Vec<Attachment>,
}

impl Attachment {
    /// The hash in hexadecimal.
    #[must_use]
    pub fn sha256_text(&self) -> String {
        hexadecimal(&self.sha256)
    }
}

/// Bytes in hexadecimal, lower case.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The instant that a stored number of microseconds stands for.
pub(crate) fn instant(microseconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(microseconds).unwrap_or_default()
}

/// Text that was JSON when it was stored.
fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

impl From<application::Model> for Application {
    fn from(row: application::Model) -> Self {
        Self {
            position: row.position,
            id: row.id,
            kind: row.kind,
            person_id: row.person_id,
            form: json(&row.form),
            finding: json(&row.finding),
            receipt: row.receipt,
            filed_at: instant(row.filed_us),
            state: row.state,
            state_at: instant(row.state_us),
            reason: row.reason,
        }
    }
}

impl From<step::Model> for Step {
    fn from(row: step::Model) -> Self {
        Self {
            state: row.state,
            at: instant(row.at_us),
            reason: row.reason,
        }
    }
}

impl From<attachment::Model> for Attachment {
    fn from(row: attachment::Model) -> Self {
        Self {
            id: row.id,
            media_type: row.media_type,
            sha256: row.sha256,
            bytes: row.bytes,
        }
    }
}
