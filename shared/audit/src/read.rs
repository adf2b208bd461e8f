use std::sync::Arc;

use chrono::DateTime;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, FromQueryResult, Statement, Value};
use uuid::Uuid;

use crate::chain::{Checkpoint, Hash, Link};
use crate::entry::{Cursor, Entry, Page};

/// The log cannot be read now.
#[derive(Debug, thiserror::Error)]
#[error("the audit log could not be read")]
pub struct Unreadable(#[source] pub(crate) Option<DbErr>);

impl From<DbErr> for Unreadable {
    fn from(error: DbErr) -> Self {
        Self(Some(error))
    }
}

/// A row in its place, not yet believed.
pub(crate) struct Stored {
    pub(crate) writer: String,
    pub(crate) seq: i64,
    /// `None` when a value is not even of its type.
    row: Option<Row>,
}

#[derive(FromQueryResult)]
struct Row {
    recorded_us: i64,
    previous: Vec<u8>,
    hash: Vec<u8>,
    id: Uuid,
    at_us: i64,
    request_id: Uuid,
    subject: String,
    caller_kind: String,
    caller: String,
    agency: Option<String>,
    post: Option<String>,
    purpose: Option<String>,
    case_number: Option<String>,
    service: String,
    action: String,
    fields: String,
    status: i32,
    address: Option<String>,
}

impl Stored {
    /// `None` when a value is none that was ever written here.
    pub(crate) fn link(self) -> Option<Link> {
        let row = self.row?;
        let entry = Entry {
            id: row.id,
            at: DateTime::from_timestamp_micros(row.at_us)?,
            request_id: row.request_id,
            subject: row.subject,
            caller_kind: row.caller_kind,
            caller: row.caller,
            agency: row.agency,
            post: row.post,
            purpose: row.purpose,
            case_number: row.case_number,
            service: row.service,
            action: row.action,
            fields: serde_json::from_str(&row.fields).ok()?,
            status: u16::try_from(row.status).ok()?,
            address: row.address.map(|text| text.parse()).transpose().ok()?,
        };
        Some(Link {
            writer: self.writer,
            seq: u64::try_from(self.seq).ok()?,
            recorded_at: DateTime::from_timestamp_micros(row.recorded_us)?,
            previous: Hash::try_from(row.previous).ok()?,
            hash: Hash::try_from(row.hash).ok()?,
            entry: Arc::new(entry),
        })
    }
}

pub(crate) async fn rows(
    connection: &DatabaseConnection,
    sql: &str,
    values: Vec<Value>,
) -> Result<Vec<Stored>, DbErr> {
    let backend = connection.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, sql, values);
    let found = connection.query_all_raw(statement).await?;
    found
        .iter()
        .map(|row| {
            Ok(Stored {
                writer: row.try_get("", "writer")?,
                seq: row.try_get("", "seq")?,
                row: Row::from_query_result(row, "").ok(),
            })
        })
        .collect()
}

pub(crate) async fn of_subject(
    connection: &DatabaseConnection,
    subject: &str,
    cursor: Option<Cursor>,
    limit: u32,
) -> Result<Page, Unreadable> {
    let newest = Uuid::max();
    let before = cursor.map_or(newest, |cursor| cursor.0);
    // One more than asked for tells whether there is a next page.
    let values: Vec<Value> = vec![subject.into(), before.into(), (i64::from(limit) + 1).into()];
    let found = rows(
        connection,
        "SELECT * FROM entry WHERE subject = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
        values,
    )
    .await?;
    let more = found.len() > limit as usize;
    let entries = found
        .into_iter()
        .take(limit as usize)
        .map(|row| row.link().map(|link| Arc::unwrap_or_clone(link.entry)))
        .collect::<Option<Vec<_>>>()
        .ok_or(Unreadable(None))?;
    let next = entries
        .last()
        .filter(|_| more)
        .map(|entry| Cursor(entry.id));
    Ok(Page { entries, next })
}

pub(crate) async fn checkpoints(
    connection: &DatabaseConnection,
) -> Result<Vec<Checkpoint>, Unreadable> {
    let last = rows(
        connection,
        "SELECT e.* FROM entry e JOIN (SELECT writer, MAX(seq) AS seq FROM entry GROUP BY writer) h
         ON e.writer = h.writer AND e.seq = h.seq ORDER BY e.writer",
        Vec::new(),
    )
    .await?;
    last.into_iter()
        .map(|row| row.link().map(|link| link.checkpoint()))
        .collect::<Option<Vec<_>>>()
        .ok_or(Unreadable(None))
}
