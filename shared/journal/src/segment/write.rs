//! Journal to files.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
};
use serde_json::json;
use uuid::Uuid;

use super::{
    ATTACHMENTS, AttachmentRecord, FiledRecord, KEYS, POSITIONS, Record, SEGMENTS, SegmentError,
    file_fault,
};
use crate::journal::Journal;
use crate::tables::{application, attachment, export, step};

/// What is on disk now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Everything up to this position.
    pub up_to: i64,
    /// Segments that were written or written anew.
    pub segments: usize,
}

impl Journal {
    /// The last position given out: everything up to it is durable.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn position(&self) -> Result<i64, crate::Unreachable> {
        let statement = Statement::from_string(
            self.db.get_database_backend(),
            "SELECT position FROM head WHERE one = 1",
        );
        let row = self.db.query_one_raw(statement).await?;
        Ok(row.ok_or(crate::Unreachable)?.try_get("", "position")?)
    }

    /// Writes what is not yet in `folder`: whole files or none, in the order of positions. Give it the same folder each
    /// time.
    ///
    /// # Errors
    /// See [`SegmentError`]; what was there before is still whole.
    pub async fn write_segments(&self, folder: &Path) -> Result<Written, SegmentError> {
        let (segments, attachments) = (folder.join(SEGMENTS), folder.join(ATTACHMENTS));
        for made in [&segments, &attachments] {
            fs::create_dir_all(made).map_err(file_fault(made))?;
        }
        let up_to = self.position().await?;
        let keys = json!({ "keys": self.receipt_keys().await? }).to_string();
        whole(&folder.join(KEYS), keys.as_bytes())?;
        let mut written = 0;
        let mut number = last(&segments)?;
        while number * POSITIONS < up_to {
            let (after, end) = (number * POSITIONS, (number + 1) * POSITIONS);
            let text = self.lines(after, end.min(up_to), &attachments).await?;
            let path = segments.join(format!("{number:012}.jsonl"));
            if fs::read(&path).ok().as_deref() != Some(text.as_bytes()) {
                whole(&path, text.as_bytes())?;
                written += 1;
            }
            number += 1;
        }
        Ok(Written {
            up_to,
            segments: written,
        })
    }

    /// The lines of the positions after `after` up to `end`.
    async fn lines(
        &self,
        after: i64,
        end: i64,
        attachments: &Path,
    ) -> Result<String, SegmentError> {
        let mut lines = BTreeMap::new();
        let filed = application::Entity::find()
            .filter(application::Column::Position.gt(after))
            .filter(application::Column::Position.lte(end))
            .all(&self.db)
            .await?;
        let mut belongings = self.belongings(after, end, attachments).await?;
        for row in filed {
            let belongings = belongings.remove(&row.id).unwrap_or_default();
            lines.insert(
                row.position,
                Record::Application(Box::new(FiledRecord::of(row, belongings))),
            );
        }
        let steps = step::Entity::find()
            .filter(step::Column::Position.gt(after))
            .filter(step::Column::Position.lte(end))
            .all(&self.db)
            .await?;
        lines.extend(
            steps
                .into_iter()
                .map(|row| (row.position, Record::Step(row))),
        );
        let exports = export::Entity::find()
            .filter(export::Column::Position.gt(after))
            .filter(export::Column::Position.lte(end))
            .all(&self.db)
            .await?;
        lines.extend(exports.into_iter().map(|mut row| {
            // Whether its package was finished is only known where it was written.
            row.finished_us = None;
            (row.position, Record::Export(row))
        }));
        let mut text = String::new();
        for record in lines.values() {
            let line = serde_json::to_string(record).map_err(|error| SegmentError::Line {
                path: attachments.to_owned(),
                line: 0,
                fault: error.to_string(),
            })?;
            text.push_str(&line);
            text.push('\n');
        }
        Ok(text)
    }

    /// The attachments of the applications after `after` up to `end`; their content is written where it is not yet.
    async fn belongings(
        &self,
        after: i64,
        end: i64,
        folder: &Path,
    ) -> Result<HashMap<Uuid, Vec<AttachmentRecord>>, SegmentError> {
        let mut applications = Query::select();
        applications
            .column(application::Column::Id)
            .from(application::Entity)
            .and_where(application::Column::Position.gt(after))
            .and_where(application::Column::Position.lte(end));
        let rows: Vec<(Uuid, Uuid, String, Vec<u8>, i64)> = attachment::Entity::find()
            .filter(attachment::Column::ApplicationId.in_subquery(applications))
            .order_by_asc(attachment::Column::Id)
            .select_only()
            .columns([
                attachment::Column::ApplicationId,
                attachment::Column::Id,
                attachment::Column::MediaType,
                attachment::Column::Sha256,
                attachment::Column::UploadedUs,
            ])
            .into_tuple()
            .all(&self.db)
            .await?;
        let mut belongings: HashMap<Uuid, Vec<AttachmentRecord>> = HashMap::new();
        for (application, id, media_type, sha256, uploaded_us) in rows {
            let path = folder.join(id.to_string());
            if !path.exists() {
                let row = attachment::Entity::find_by_id(id).one(&self.db).await?;
                whole(&path, &row.ok_or(crate::Unreachable)?.content)?;
            }
            belongings
                .entry(application)
                .or_default()
                .push(AttachmentRecord {
                    id,
                    media_type,
                    sha256: STANDARD.encode(sha256),
                    uploaded_us,
                });
        }
        Ok(belongings)
    }
}

/// The number of the last segment that is there; those before it are complete.
fn last(folder: &Path) -> Result<i64, SegmentError> {
    let mut last = 0;
    for entry in fs::read_dir(folder).map_err(file_fault(folder))? {
        let name = entry.map_err(file_fault(folder))?.file_name();
        let number = name
            .to_str()
            .and_then(|name| name.strip_suffix(".jsonl")?.parse().ok());
        last = last.max(number.unwrap_or_default());
    }
    Ok(last)
}

/// Writes a file that is either there whole or as it was before.
fn whole(path: &Path, content: &[u8]) -> Result<(), SegmentError> {
    let draft = path.with_extension("draft");
    let write = || {
        let mut file = File::create(&draft)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&draft, path)
    };
    write().map_err(file_fault(path))
}
