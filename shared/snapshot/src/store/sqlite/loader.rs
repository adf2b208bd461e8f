//! Loads into a file of SQLite.

use std::fs::{self, File, TryLockError};
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use rusqlite::Connection;
use tokio::sync::mpsc::Receiver;
use tokio::task::spawn_blocking;

use crate::ddl::{self, IndexStatement, quoted};
use crate::definition::TableDefinition;
use crate::encode::{Rows, RowsBatch};
use crate::flow::{Event, PartDone};
use crate::plan::Plan;
use crate::progress::SharedProgress;
use crate::store::loader::Loader;
use crate::store::sqlite::fill;
use crate::store::sqlite::registry::Registry;
use crate::store::{Snapshot, StoreError};

/// The files that SQLite keeps beside a database.
const BESIDE: [&str; 4] = ["", "-journal", "-wal", "-shm"];

/// A load; the lock is on a file and ends with the process at the latest.
#[derive(Debug)]
pub(crate) struct SqliteLoader {
    folder: PathBuf,
    registry: Registry,
    /// The file being loaded, once it is open.
    file: Option<Connection>,
    _lock: File,
}

impl SqliteLoader {
    pub(crate) fn lock(folder: PathBuf, system: &'static str) -> Result<Self, StoreError> {
        fs::create_dir_all(&folder).map_err(StoreError::unreachable)?;
        let lock = File::create(folder.join("load.lock")).map_err(StoreError::unreachable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::Busy),
            Err(TryLockError::Error(error)) => return Err(StoreError::unreachable(error)),
        }
        let registry = Registry::open(&folder, system)?;
        Ok(Self {
            folder,
            registry,
            file: None,
            _lock: lock,
        })
    }

    fn path(&self, snapshot: &Snapshot) -> PathBuf {
        self.folder.join(&snapshot.place)
    }

    /// Runs `work` with the file of `draft` on a thread that may block.
    async fn with_file<T: Send + 'static>(
        &mut self,
        draft: &Snapshot,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (open, path) = (self.file.take(), self.path(draft));
        let run = move || {
            let file = match open {
                Some(file) => file,
                None => fill::open(&path)?,
            };
            let done = work(&file)?;
            Ok::<_, StoreError>((file, done))
        };
        let (file, done) = spawn_blocking(run).await.map_err(StoreError::database)??;
        self.file = Some(file);
        Ok(done)
    }
}

impl Loader for SqliteLoader {
    type Encoder = Rows;

    fn place(&self, short: &str) -> String {
        format!("{short}.sqlite")
    }

    async fn snapshots(&mut self) -> Result<Vec<Snapshot>, StoreError> {
        self.registry.list()
    }

    async fn begin(
        &mut self,
        draft: &Snapshot,
        tables: &[TableDefinition],
    ) -> Result<(), StoreError> {
        // The registry comes first, so that no file is ever without its entry.
        self.registry.insert(draft)?;
        let tables = tables.to_vec();
        self.with_file(draft, move |file| fill::make_tables(file, tables.iter()))
            .await
    }

    async fn done(&mut self, draft: &Snapshot, plan: &Plan) -> Result<Vec<PartDone>, StoreError> {
        let file = fill::open(&self.path(draft))?;
        fill::make_tables(&file, plan.definitions())?;
        let done = fill::done(&file, plan)?;
        self.file = Some(file);
        Ok(done)
    }

    async fn receive(
        &mut self,
        draft: &Snapshot,
        plan: Arc<Plan>,
        events: Receiver<Event<RowsBatch>>,
    ) -> Result<(), StoreError> {
        self.with_file(draft, move |file| fill::receive(file, &plan, events))
            .await
    }

    async fn index(
        &mut self,
        draft: &Snapshot,
        tables: &[TableDefinition],
        progress: &SharedProgress,
    ) -> Result<(), StoreError> {
        for table in tables {
            let indexes = ddl::create_indexes(table);
            self.with_file(draft, move |file| {
                build(file, &indexes).map_err(StoreError::database)
            })
            .await?;
            progress.advance(1);
        }
        Ok(())
    }

    async fn count(&mut self, draft: &Snapshot, table: &str) -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) FROM {}", quoted(table));
        let count = move |file: &Connection| {
            let rows: i64 = file
                .query_row(&sql, [], |row| row.get(0))
                .map_err(StoreError::database)?;
            Ok(rows.cast_unsigned())
        };
        self.with_file(draft, count).await
    }

    async fn activate(&mut self, next: &Snapshot, at: DateTime<Utc>) -> Result<(), StoreError> {
        // The file is closed and its name made durable before anybody is sent to it.
        if let Some(file) = self.file.take() {
            file.execute_batch("PRAGMA journal_mode = DELETE")
                .map_err(StoreError::database)?;
        }
        File::open(self.path(next))
            .and_then(|file| file.sync_all())
            .map_err(StoreError::database)?;
        File::open(&self.folder)
            .and_then(|folder| folder.sync_all())
            .map_err(StoreError::database)?;
        self.registry.switch(next, at)
    }

    async fn discard(&mut self, snapshot: &Snapshot) -> Result<(), StoreError> {
        self.file = None;
        for end in BESIDE {
            let mut name = self.path(snapshot).into_os_string();
            name.push(end);
            match fs::remove_file(PathBuf::from(name)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(StoreError::database(error));
                }
                _ => {}
            }
        }
        self.registry.delete(snapshot.id)
    }
}

/// Builds the indexes of a table that are not there yet, in one transaction: each would wait for the disk on its own.
fn build(file: &Connection, indexes: &[IndexStatement]) -> rusqlite::Result<()> {
    let all = file.unchecked_transaction()?;
    for index in indexes {
        let there = "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND name = ?1";
        let there: i64 = all.query_row(there, [&index.name], |row| row.get(0))?;
        if there == 0 {
            all.execute_batch(&index.sql)?;
        }
    }
    all.commit()
}
