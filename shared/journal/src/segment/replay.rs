//! Files to journal.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::{Path, PathBuf};

use access::keys::KeySet;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sea_orm::{DatabaseTransaction, EntityTrait, IntoActiveModel, TransactionTrait};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{ATTACHMENTS, FiledRecord, KEYS, Record, SEGMENTS, SegmentError, file_fault};
use crate::journal::Journal;
use crate::steps::stand;
use crate::tables::{application, attachment, export, step};
use crate::write::{advance, hold};

/// Records in one commit.
const BATCH: usize = 1_000;

/// A JSON Web Key Set.
#[derive(Deserialize)]
struct Keys {
    keys: Vec<Map<String, Value>>,
}

/// What was brought back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Applications.
    pub applications: usize,
    /// Steps of applications.
    pub steps: usize,
    /// Exports to the agency.
    pub exports: usize,
    /// Records that the journal held already, from a run that was interrupted.
    pub held: usize,
}

impl Journal {
    /// Brings back what [`Journal::write_segments`] wrote, into an empty journal, or one into which this was begun.
    ///
    /// # Errors
    /// See [`SegmentError`]. What was brought back before the fault stays; after mending it, the same call goes on.
    pub async fn replay(&self, folder: &Path) -> Result<Replayed, SegmentError> {
        let keys = folder.join(KEYS);
        let text = fs::read_to_string(&keys).map_err(file_fault(&keys))?;
        let fault = |fault: String| SegmentError::Line {
            path: keys.clone(),
            line: 1,
            fault,
        };
        let set: Keys = serde_json::from_str(&text).map_err(|error| fault(error.to_string()))?;
        for jwk in &set.keys {
            let key = KeySet::from_members([jwk]).map_err(|wrong| fault(wrong.to_string()))?;
            let kid = jwk.get("kid").and_then(Value::as_str);
            let kid = kid.filter(|kid| key.find(Some(kid)).is_some());
            let kid = kid.ok_or_else(|| fault("a key has no kid".to_owned()))?;
            self.enrol_key(kid, jwk).await?;
        }
        let mut done = Replayed::default();
        let mut batch = Vec::with_capacity(BATCH);
        let mut expected = 1;
        for path in segments(folder)? {
            let file = File::open(&path).map_err(file_fault(&path))?;
            for (at, line) in BufReader::new(file).lines().enumerate() {
                let fault = |fault: String| SegmentError::Line {
                    path: path.clone(),
                    line: at + 1,
                    fault,
                };
                let line = line.map_err(file_fault(&path))?;
                let record: Record =
                    serde_json::from_str(&line).map_err(|error| fault(error.to_string()))?;
                if record.position() != expected {
                    let found = record.position();
                    return Err(fault(format!("position {found} where {expected} is next")));
                }
                expected += 1;
                batch.push(record);
                if batch.len() == BATCH {
                    self.bring_back(&mut batch, folder, &mut done).await?;
                }
            }
        }
        self.bring_back(&mut batch, folder, &mut done).await?;
        Ok(done)
    }

    async fn bring_back(
        &self,
        batch: &mut Vec<Record>,
        folder: &Path,
        done: &mut Replayed,
    ) -> Result<(), SegmentError> {
        let Some(last) = batch.last().map(Record::position) else {
            return Ok(());
        };
        let work = self.db.begin().await?;
        let held = hold(&work).await?;
        for record in batch.drain(..) {
            if record.position() <= held {
                holds(&work, &record).await?;
                done.held += 1;
                continue;
            }
            match record {
                Record::Application(record) => {
                    bring_application(&work, &record, folder).await?;
                    done.applications += 1;
                }
                Record::Step(row) => {
                    stand(&work, &row, [&row.application_id]).await?;
                    step::Entity::insert(row.into_active_model())
                        .exec_without_returning(&work)
                        .await?;
                    done.steps += 1;
                }
                Record::Export(row) => {
                    export::Entity::insert(row.into_active_model())
                        .exec_without_returning(&work)
                        .await?;
                    done.exports += 1;
                }
            }
        }
        advance(&work, last.max(held)).await?;
        work.commit().await?;
        Ok(())
    }
}

/// Whether the journal holds this very record; it was begun with these files then.
async fn holds(work: &DatabaseTransaction, record: &Record) -> Result<(), SegmentError> {
    let position = record.position();
    let same = match record {
        Record::Application(record) => application::Entity::find_by_id(position)
            .one(work)
            .await?
            .is_some_and(|row| row.id == record.id),
        Record::Step(record) => step::Entity::find_by_id(position)
            .one(work)
            .await?
            .is_some_and(|row| row == *record),
        Record::Export(record) => export::Entity::find_by_id(position)
            .one(work)
            .await?
            .is_some_and(|row| row.number == record.number),
    };
    if same {
        Ok(())
    } else {
        Err(SegmentError::Occupied)
    }
}

async fn bring_application(
    work: &DatabaseTransaction,
    record: &FiledRecord,
    folder: &Path,
) -> Result<(), SegmentError> {
    let damaged = |path: PathBuf, fault: &str| SegmentError::Line {
        path,
        line: 0,
        fault: fault.to_owned(),
    };
    let row = record
        .row()
        .ok_or_else(|| damaged(folder.join(SEGMENTS), "a fingerprint is not base64"))?;
    let person_id = row.person_id.clone();
    application::Entity::insert(row.into_active_model())
        .exec_without_returning(work)
        .await?;
    for belonging in &record.attachments {
        let path = folder.join(ATTACHMENTS).join(belonging.id.to_string());
        let content = fs::read(&path).map_err(file_fault(&path))?;
        let sha256 = digest(&SHA256, &content).as_ref().to_vec();
        if STANDARD.encode(&sha256) != belonging.sha256 {
            return Err(damaged(path, "not the content that was filed"));
        }
        let row = attachment::Model {
            id: belonging.id,
            person_id: person_id.clone(),
            application_id: Some(record.id),
            media_type: belonging.media_type.clone(),
            sha256,
            bytes: i64::try_from(content.len()).unwrap_or(i64::MAX),
            content,
            uploaded_us: belonging.uploaded_us,
        };
        attachment::Entity::insert(row.into_active_model())
            .exec_without_returning(work)
            .await?;
    }
    Ok(())
}

/// The segments in the order of their positions; none where nothing was ever filed, since backups know no empty folders.
fn segments(folder: &Path) -> Result<Vec<PathBuf>, SegmentError> {
    let folder = folder.join(SEGMENTS);
    let mut paths = Vec::new();
    let entries = match fs::read_dir(&folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(paths),
        entries => entries.map_err(file_fault(&folder))?,
    };
    for entry in entries {
        let path = entry.map_err(file_fault(&folder))?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "jsonl")
        {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
