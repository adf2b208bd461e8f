//! Snapshots in SQLite: a folder per system with `registry.sqlite` and a file per snapshot.

mod fill;
mod loader;
mod registry;

use std::path::PathBuf;

use sea_orm::ConnectOptions;
use sea_orm::sqlx::ConnectOptions as _;
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use tokio::task::spawn_blocking;

use crate::store::{Snapshot, State, StoreError};
use loader::SqliteLoader;
use registry::Registry;

/// The snapshots of one system below a folder.
#[derive(Debug, Clone)]
pub(crate) struct SqliteStore {
    root: PathBuf,
    system: &'static str,
}

impl SqliteStore {
    pub(crate) fn open(root: PathBuf, system: &'static str) -> Self {
        Self { root, system }
    }

    fn folder(&self) -> PathBuf {
        self.root.join(self.system)
    }

    pub(crate) async fn active(&self) -> Result<Option<Snapshot>, StoreError> {
        let snapshots = self.list().await?;
        Ok(snapshots
            .into_iter()
            .find(|snapshot| snapshot.state == State::Active))
    }

    pub(crate) async fn list(&self) -> Result<Vec<Snapshot>, StoreError> {
        let store = self.clone();
        let read = move || {
            // A missing root is a disk that is not there; a missing registry is a first load that has not happened.
            if !store.root.is_dir() {
                return Err(StoreError::Unreachable(format!(
                    "{} is no folder",
                    store.root.display()
                )));
            }
            match Registry::open_to_read(&store.folder(), store.system)? {
                Some(registry) => registry.list(),
                None => Ok(Vec::new()),
            }
        };
        spawn_blocking(read).await.map_err(StoreError::database)?
    }

    /// `snapshot`'s file, which never changes.
    pub(crate) fn file(&self, snapshot: &Snapshot) -> SqliteConnectOptions {
        SqliteConnectOptions::new()
            .filename(self.folder().join(&snapshot.place))
            .read_only(true)
            .immutable(true)
            .disable_statement_logging()
    }

    pub(crate) fn connect_options(&self, snapshot: &Snapshot) -> ConnectOptions {
        let file = self.file(snapshot);
        let mut options = ConnectOptions::new("sqlite://");
        options.map_sqlx_sqlite_opts(move |_| file.clone());
        options
    }

    pub(crate) fn loader(&self) -> Result<SqliteLoader, StoreError> {
        SqliteLoader::lock(self.folder(), self.system)
    }
}
