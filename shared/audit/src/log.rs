use std::sync::{Arc, OnceLock};
use std::time::Duration;

use runtime::clock::SharedClock;
use runtime::lifecycle::Drain;
use runtime::opening::{first_try, until_opened};
use sea_orm::DatabaseConnection;
use tokio::sync::oneshot;

use crate::append::{self, Queue, Unwritten};
use crate::chain::Checkpoint;
use crate::entry::{Cursor, Entry, Page};
use crate::migrations::Migrator;
use crate::read::{self, Unreadable};
use crate::verify::{self, Verdict};
use crate::{postgres, sqlite};
use database::{OpenError, Place};

pub(crate) const SCHEMA: &str = "audit";

/// Connections for reading; the writer has its own.
const READERS: u32 = 4;

/// The log. Clones share one writer.
#[derive(Clone, Debug)]
pub struct AuditLog {
    queue: Queue,
    /// Empty until the store is open.
    readers: Arc<OnceLock<DatabaseConnection>>,
}

impl AuditLog {
    /// Opens the log at `url` (`postgres://…`, schema `audit`; or `sqlite://FILE`) to write the chain of `writer`, and
    /// goes on where that chain ended. Each process should have a writer name of its own, such as its host's; two with
    /// the same name stay correct, but get in each other's way.
    ///
    /// # Errors
    /// When the store cannot be opened or brought up to date.
    pub async fn open(
        url: &str,
        writer: impl Into<String>,
        clock: SharedClock,
    ) -> Result<Self, OpenError> {
        let readers = database::open::<Migrator>(url, SCHEMA, READERS).await?;
        Ok(Self {
            queue: write(url, writer.into(), clock)?,
            readers: Arc::new(readers.into()),
        })
    }

    /// As [`AuditLog::open`], where the store may come later: it is opened when it does, and until then nothing can be written or
    /// read. One that is there is open when this returns.
    ///
    /// # Errors
    /// When the URL is of no known kind.
    pub async fn attend(
        url: &str,
        writer: impl Into<String>,
        clock: SharedClock,
        drain: &Drain,
    ) -> Result<Self, OpenError> {
        let log = Self {
            queue: write(url, writer.into(), clock)?,
            readers: Arc::default(),
        };
        let (tried, first) = oneshot::channel();
        let (url, drain, readers) = (url.to_owned(), drain.clone(), Arc::clone(&log.readers));
        tokio::spawn(async move {
            let open = || database::open::<Migrator>(&url, SCHEMA, READERS);
            if let Some(opened) = until_opened("the audit log", &drain, tried, open).await {
                readers.get_or_init(|| opened);
            }
        });
        first_try(first).await;
        Ok(log)
    }

    /// Whether the store has been opened. One that goes away later is told by [`Unwritten`].
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.readers.get().is_some()
    }

    fn readers(&self) -> Result<&DatabaseConnection, Unreadable> {
        self.readers.get().ok_or(Unreadable(None))
    }

    /// Writes `entries`, all of them or none, and returns when they are on disk.
    ///
    /// # Errors
    /// Within two seconds, when that cannot be said for certain: the store is down, slow, or the outcome is unknown.
    pub async fn append(&self, entries: Vec<Entry>) -> Result<(), Unwritten> {
        self.queue.append(entries, append::PATIENCE).await
    }

    /// As [`AuditLog::append`], for as long as the caller says.
    ///
    /// # Errors
    /// When it cannot be said by then that they are on disk.
    pub async fn append_within(
        &self,
        entries: Vec<Entry>,
        patience: Duration,
    ) -> Result<(), Unwritten> {
        self.queue.append(entries, patience).await
    }

    /// What was looked up about `subject`, newest first, at most `limit` entries after `cursor`.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn of_subject(
        &self,
        subject: &str,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Page, Unreadable> {
        read::of_subject(self.readers()?, subject, cursor, limit).await
    }

    /// The end of every chain now, to be kept on another system and given to [`AuditLog::verify`] later.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn checkpoints(&self) -> Result<Vec<Checkpoint>, Unreadable> {
        read::checkpoints(self.readers()?).await
    }

    /// Checks every chain from its beginning: edits, deletions and reordering; with `expected` also that nothing was cut
    /// off or rewritten up to those checkpoints.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn verify(&self, expected: &[Checkpoint]) -> Result<Verdict, Unreadable> {
        verify::verify(self.readers()?, expected).await
    }
}

/// Starts the writer, which connects when there is something to write.
fn write(url: &str, name: String, clock: SharedClock) -> Result<Queue, OpenError> {
    let (queue, requests) = append::queue();
    match Place::of(url)? {
        Place::Postgres => {
            let server = database::postgres_options(url, SCHEMA)?;
            postgres::spawn(server, name, clock, requests);
        }
        Place::Sqlite(path) => sqlite::spawn(path, name, clock, requests),
    }
    Ok(queue)
}
