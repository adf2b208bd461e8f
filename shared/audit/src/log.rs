use runtime::clock::SharedClock;
use sea_orm::DatabaseConnection;

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
    readers: DatabaseConnection,
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
        let (queue, requests) = append::queue();
        let writer = writer.into();
        match Place::of(url)? {
            Place::Postgres => {
                let server = database::postgres_options(url, SCHEMA)?;
                postgres::spawn(server, writer, clock, requests);
            }
            Place::Sqlite(path) => sqlite::spawn(path, writer, clock, requests),
        }
        Ok(Self { queue, readers })
    }

    /// Writes `entries`, all of them or none, and returns when they are on disk.
    ///
    /// # Errors
    /// Within two seconds, when that cannot be said for certain: the store is down, slow, or the outcome is unknown.
    pub async fn append(&self, entries: Vec<Entry>) -> Result<(), Unwritten> {
        self.queue.append(entries).await
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
        read::of_subject(&self.readers, subject, cursor, limit).await
    }

    /// The end of every chain now, to be kept on another system and given to [`AuditLog::verify`] later.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn checkpoints(&self) -> Result<Vec<Checkpoint>, Unreadable> {
        read::checkpoints(&self.readers).await
    }

    /// Checks every chain from its beginning: edits, deletions and reordering; with `expected` also that nothing was cut
    /// off or rewritten up to those checkpoints.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn verify(&self, expected: &[Checkpoint]) -> Result<Verdict, Unreadable> {
        verify::verify(&self.readers, expected).await
    }
}
