//! The writer to SQLite: one thread, one transaction for each commit, on disk when it returns.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use runtime::clock::SharedClock;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use sea_orm::DbBackend;

use crate::append::{Requests, Unwritten};
use crate::chain::{Checkpoint, Hash, Link, START};
use crate::entry::Entry;
use crate::postgres::{fields, seq};

const INSERT: &str = "
INSERT INTO entry (writer, recorded_us, seq, previous, hash, id, at_us, request_id, subject, caller_kind, caller,
    agency, post, purpose, case_number, service, action, fields, status, address)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)";

pub(crate) fn spawn(path: PathBuf, name: String, clock: SharedClock, mut requests: Requests) {
    std::thread::spawn(move || {
        let mut connection = None;
        while let Some(batch) = requests.next_blocking() {
            let began = Instant::now();
            let written = batch
                .scope
                .clone()
                .run_blocking(|| write(&mut connection, &path, &name, &clock, &batch.entries));
            let result = written.map_err(|error| {
                let code = error.sqlite_error_code();
                tracing::error!(?code, "the audit log was not written");
                connection = None;
                Unwritten
            });
            requests.measures.committed(result.is_ok(), began.elapsed());
            batch.tell(result);
        }
    });
}

fn write(
    connection: &mut Option<Connection>,
    path: &Path,
    name: &str,
    clock: &SharedClock,
    entries: &[Arc<Entry>],
) -> rusqlite::Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let open = match connection.take() {
        Some(open) => connection.insert(open),
        None => connection.insert(connect(path)?),
    };
    let transaction = open.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut head = head(&transaction, name)?;
    let now = clock.now();
    for entry in entries {
        let link = Link::new(&head, now, Arc::clone(entry));
        let span = database::statement(DbBackend::Sqlite, INSERT);
        insert(&transaction, &link)?;
        drop(span);
        head = link.checkpoint();
    }
    transaction.commit()
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    // Not created here: a log that vanished while it was being written to is a failure, not a fresh start.
    let connection = Connection::open_with_flags(
        path,
        rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE | rusqlite::OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(Duration::from_millis(1_500))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

fn head(transaction: &Transaction<'_>, writer: &str) -> rusqlite::Result<Checkpoint> {
    let sql = "SELECT seq, hash FROM entry WHERE writer = ?1 ORDER BY seq DESC LIMIT 1";
    let last: Option<(i64, Hash)> = transaction
        .prepare_cached(sql)?
        .query_row([writer], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (seq, hash) = last.unwrap_or((0, START));
    Ok(Checkpoint {
        writer: writer.to_owned(),
        seq: u64::try_from(seq).unwrap_or_default(),
        hash,
    })
}

fn insert(transaction: &Transaction<'_>, link: &Link) -> rusqlite::Result<()> {
    let entry = &link.entry;
    let fields =
        fields(entry).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    transaction.prepare_cached(INSERT)?.execute(params![
        link.writer,
        link.recorded_at.timestamp_micros(),
        seq(link),
        link.previous,
        link.hash,
        entry.id.as_bytes(),
        entry.at.timestamp_micros(),
        entry.request_id.as_bytes(),
        entry.subject,
        entry.caller_kind,
        entry.caller,
        entry.agency,
        entry.post,
        entry.purpose,
        entry.case_number,
        entry.service,
        entry.action,
        fields,
        entry.status,
        entry.address.map(|address| address.to_string()),
    ])?;
    Ok(())
}
