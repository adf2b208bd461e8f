//! Copies tables out, range by range, in threads of their own, into queues of bounded length.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};

use aws_lc_rs::digest::{Context, SHA256};
use futures_util::StreamExt as _;
use sea_orm::sqlx::{self, PgConnection};

use crate::source::database::session::words;

/// Bytes of a message.
const BATCH: usize = 256 * 1024;
/// Messages of a range that wait for their reader.
const WAITING: usize = 16;
/// Ranges that are read, or wait for their reader, beside those that connections are at.
const AHEAD: usize = 2;

/// A piece of a range of a table.
#[derive(Debug)]
enum Message {
    Rows(Vec<u8>),
    /// The range is whole.
    End,
    Failed(String),
}

/// Ranges of tables that nobody copies yet.
#[derive(Debug)]
pub(super) struct Tasks {
    queue: Mutex<Queue>,
    changed: Condvar,
    /// How many ranges may be taken before their reader is done with them.
    most: usize,
}

#[derive(Debug, Default)]
struct Queue {
    tasks: VecDeque<(String, SyncSender<Message>)>,
    /// Ranges that connections have begun.
    begun: usize,
    /// Ranges that their readers are done with.
    released: usize,
    is_closed: bool,
}

/// Where the rows of one range come out.
#[derive(Debug)]
pub(super) struct Rows {
    messages: Receiver<Message>,
    // Weak: when the last connection has gone, what nobody will ever copy must end.
    tasks: Weak<Tasks>,
}

impl Drop for Rows {
    fn drop(&mut self) {
        if let Some(tasks) = self.tasks.upgrade() {
            tasks.locked().released += 1;
            tasks.changed.notify_all();
        }
    }
}

impl Tasks {
    /// For so many connections.
    pub(super) fn new(connections: usize) -> Self {
        Self {
            queue: Mutex::default(),
            changed: Condvar::new(),
            most: connections + AHEAD,
        }
    }

    /// Adds a range; they are begun in the order in which they were added, so that the first one is never starved.
    pub(super) fn add(self: &Arc<Self>, statement: String) -> Rows {
        let (sender, messages) = sync_channel(WAITING);
        self.locked().tasks.push_back((statement, sender));
        self.changed.notify_all();
        Rows {
            messages,
            tasks: Arc::downgrade(self),
        }
    }

    /// Lets the threads end once nothing is left.
    pub(super) fn close(&self) {
        self.locked().is_closed = true;
        self.changed.notify_all();
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Option<(String, SyncSender<Message>)> {
        let mut queue = self.locked();
        loop {
            if queue.begun < queue.released + self.most
                && let Some(task) = queue.tasks.pop_front()
            {
                queue.begun += 1;
                return Some(task);
            }
            if queue.is_closed && queue.tasks.is_empty() {
                return None;
            }
            queue = self
                .changed
                .wait(queue)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Copies ranges until none is left. The thread is this connection's own, so that it may wait for a reader.
pub(super) async fn work(mut session: PgConnection, tasks: &Tasks) {
    while let Some((statement, queue)) = tasks.next() {
        match copy(&mut session, &statement, &queue).await {
            // The reader is gone, perhaps with the whole source; the connection is in the middle of a copy.
            Ok(Copied::Unwanted) => return,
            Ok(Copied::Whole) => drop(queue.send(Message::End)),
            // The other tables may still be read, but the transaction is void: its connection can copy nothing more.
            Err(error) => return drop(queue.send(Message::Failed(words(&error)))),
        }
    }
    if let Err(error) = sqlx::Connection::close(session).await {
        tracing::debug!(%error, "a connection to the database did not end well");
    }
}

enum Copied {
    Whole,
    Unwanted,
}

async fn copy(
    session: &mut PgConnection,
    statement: &str,
    queue: &SyncSender<Message>,
) -> Result<Copied, sqlx::Error> {
    let mut rows = session.copy_out_raw(statement).await?;
    let mut batch = Vec::with_capacity(BATCH + BATCH / 8);
    while let Some(row) = rows.next().await {
        batch.extend_from_slice(&row?);
        if batch.len() >= BATCH {
            let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH + BATCH / 8));
            if queue.send(Message::Rows(full)).is_err() {
                return Ok(Copied::Unwanted);
            }
        }
    }
    if queue.send(Message::Rows(batch)).is_err() {
        return Ok(Copied::Unwanted);
    }
    Ok(Copied::Whole)
}

/// Bytes and SHA-256 of a table's file, for `datapackage.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) bytes: u64,
    pub(super) sha256: Vec<u8>,
}

#[derive(Debug, Clone)]
enum Summed {
    Reading,
    Whole(Sum),
    /// Its reader failed or was dropped before the end.
    Never,
}

/// The sums of all tables, as their readers come to their ends.
#[derive(Debug, Clone)]
pub(super) struct Sums(Arc<(Mutex<Vec<Summed>>, Condvar)>);

impl Sums {
    pub(super) fn new(tables: usize) -> Self {
        let reading = vec![Summed::Reading; tables];
        Self(Arc::new((Mutex::new(reading), Condvar::new())))
    }

    /// Waits until every table was read. `None`: one of them was not read to its end.
    pub(super) fn wait(&self) -> Option<Vec<Sum>> {
        let (sums, changed) = &*self.0;
        let mut sums = sums.lock().unwrap_or_else(PoisonError::into_inner);
        while sums.iter().any(|sum| matches!(sum, Summed::Reading)) {
            sums = changed.wait(sums).unwrap_or_else(PoisonError::into_inner);
        }
        let whole = sums.iter().map(|sum| match sum {
            Summed::Whole(sum) => Some(sum.clone()),
            Summed::Reading | Summed::Never => None,
        });
        whole.collect()
    }

    fn tell(&self, table: usize, told: Summed) {
        let (sums, changed) = &*self.0;
        let mut sums = sums.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sum) = sums.get_mut(table) {
            *sum = told;
        }
        changed.notify_all();
    }
}

/// Reads the rows of a table as they come.
pub(super) struct Incoming {
    /// Its ranges that were not read to the end, in order.
    ranges: VecDeque<Rows>,
    table: usize,
    sums: Sums,
    batch: Vec<u8>,
    at: usize,
    bytes: u64,
    /// Gone when the end was seen.
    hash: Option<Context>,
}

impl Incoming {
    pub(super) fn new(ranges: VecDeque<Rows>, table: usize, sums: Sums) -> Self {
        Self {
            ranges,
            table,
            sums,
            batch: Vec::new(),
            at: 0,
            bytes: 0,
            hash: Some(Context::new(&SHA256)),
        }
    }

    fn end(&mut self) {
        if let Some(hash) = self.hash.take() {
            let sum = Sum {
                bytes: self.bytes,
                sha256: hash.finish().as_ref().to_vec(),
            };
            self.sums.tell(self.table, Summed::Whole(sum));
        }
    }
}

impl Read for Incoming {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.batch.len() {
            let Some(hash) = &mut self.hash else {
                return Ok(0);
            };
            let Some(range) = self.ranges.front() else {
                self.end();
                return Ok(0);
            };
            match range.messages.recv() {
                Ok(Message::Rows(batch)) => {
                    hash.update(&batch);
                    self.bytes += batch.len() as u64;
                    (self.batch, self.at) = (batch, 0);
                }
                Ok(Message::End) => drop(self.ranges.pop_front()),
                Ok(Message::Failed(what)) => return Err(io::Error::other(what)),
                Err(_) => {
                    let what = "the connection to the database ended before the table did";
                    return Err(io::Error::new(io::ErrorKind::ConnectionAborted, what));
                }
            }
        }
        let rest = &self.batch[self.at..];
        let taken = rest.len().min(buffer.len());
        buffer[..taken].copy_from_slice(&rest[..taken]);
        self.at += taken;
        Ok(taken)
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if self.hash.is_some() {
            self.sums.tell(self.table, Summed::Never);
        }
    }
}
