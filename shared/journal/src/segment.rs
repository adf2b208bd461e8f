//! The journal as files, to be backed up and brought back: segments of JSON lines by position, and the attachments.
//!
//! A segment covers a fixed range of positions. Only the last one ever changes, so that a backup of the folder sends little
//! more than what is new.

mod replay;
mod write;

use std::io;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::journal::Unreachable;
use crate::key::{as_sent, stored};
use crate::state::State;
use crate::tables::{application, export, step};

pub use replay::Replayed;
pub use write::Written;

/// Positions in one segment.
pub(crate) const POSITIONS: i64 = 10_000;

/// The folder of segments.
const SEGMENTS: &str = "segments";

/// The folder of attachments.
const ATTACHMENTS: &str = "attachments";

/// The public keys of receipts.
const KEYS: &str = "receipt-keys.json";

/// One line of a segment.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "kebab-case")]
pub(crate) enum Record {
    /// An application as it was filed.
    Application(Box<FiledRecord>),
    /// A step of one.
    Step(step::Model),
    /// An export to the agency.
    Export(export::Model),
}

/// An application as it was filed, without how far it has come: the steps tell that.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct FiledRecord {
    position: i64,
    id: Uuid,
    kind: String,
    person_id: String,
    /// As the person sent it.
    idempotency_key: String,
    /// Base64.
    fingerprint: String,
    form: String,
    finding: String,
    receipt: String,
    filed_us: i64,
    snapshot_id: Uuid,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<AttachmentRecord>,
}

/// An attachment; its content is a file of its own.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AttachmentRecord {
    id: Uuid,
    media_type: String,
    /// Base64.
    sha256: String,
    uploaded_us: i64,
}

/// Why the files were not written or read.
#[derive(Debug, thiserror::Error)]
pub enum SegmentError {
    /// A file cannot be written or read.
    #[error("{path} cannot be written or read")]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A line or a file is not what it should be.
    #[error("{path}, line {line}: {fault}")]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        fault: String,
    },
    /// The journal is not the beginning of what is to be brought back into it.
    #[error("the journal is not empty, and what it holds is not the beginning of this one")]
    Occupied,
    /// The database does not answer.
    #[error(transparent)]
    Journal(#[from] Unreachable),
}

impl From<sea_orm::DbErr> for SegmentError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Journal(error.into())
    }
}

fn file_fault(path: &std::path::Path) -> impl FnOnce(io::Error) -> SegmentError + '_ {
    move |source| SegmentError::File {
        path: path.to_owned(),
        source,
    }
}

impl Record {
    fn position(&self) -> i64 {
        match self {
            Self::Application(row) => row.position,
            Self::Step(row) => row.position,
            Self::Export(row) => row.position,
        }
    }
}

impl FiledRecord {
    fn of(row: application::Model, attachments: Vec<AttachmentRecord>) -> Self {
        Self {
            position: row.position,
            id: row.id,
            kind: row.kind,
            idempotency_key: as_sent(&row.idempotency_key, &row.person_id).to_owned(),
            person_id: row.person_id,
            fingerprint: STANDARD.encode(row.fingerprint),
            form: row.form,
            finding: row.finding,
            receipt: row.receipt,
            filed_us: row.filed_us,
            snapshot_id: row.snapshot_id,
            attachments,
        }
    }

    /// The row, received and no more.
    fn row(&self) -> Option<application::Model> {
        Some(application::Model {
            position: self.position,
            id: self.id,
            kind: self.kind.clone(),
            person_id: self.person_id.clone(),
            idempotency_key: stored(&self.idempotency_key, &self.person_id),
            fingerprint: STANDARD.decode(&self.fingerprint).ok()?,
            form: self.form.clone(),
            finding: self.finding.clone(),
            receipt: self.receipt.clone(),
            filed_us: self.filed_us,
            snapshot_id: self.snapshot_id,
            state: State::Received,
            state_us: self.filed_us,
            reason: None,
        })
    }
}
