//! Restores into databases: each system is loaded as `lifeboat snapshot load` does it, and can be used from then on. A database that was
//! backed up is [rebuilt](super::rebuild).

use std::fmt;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use snapshot::{LoadError, LoadOptions, Outcome, Package, SharedProgress, Snapshot, Store, System};
use tokio::task::JoinHandle;

use super::RestoreError;
use super::events::{Event, SharedEvents};
use crate::object::{SourceEntry, SourceKind};

/// The databases that a restore loads.
#[derive(Clone)]
pub struct Database {
    /// `postgres://…`, or `sqlite://FOLDER`.
    pub url: String,
    /// The systems whose packages can be loaded.
    pub systems: Vec<System>,
    /// How packages are loaded: whose signatures count, whether an older package may replace a newer one.
    pub options: LoadOptions,
    /// Is told how far each load has come.
    pub progress: SharedProgress,
    /// A folder that does not exist yet, for packages between cloud and database. Readable by this user only, and removed at
    /// the end; a killed restore goes on with it.
    pub spool: PathBuf,
    /// Connections that build keys of a database that was backed up; two more copy its rows.
    pub connections: NonZeroUsize,
}

impl fmt::Debug for Database {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL may hold a password.
        out.debug_struct("Database")
            .field("spool", &self.spool)
            .finish_non_exhaustive()
    }
}

/// What a database made of a source.
#[derive(Debug, Clone, Serialize)]
pub struct LoadedSystem {
    /// What is served now.
    pub snapshot: Snapshot,
    /// Whether this very package was served before: nothing was done.
    pub was_there: bool,
    /// Seconds of the load.
    pub seconds: f64,
}

impl Database {
    pub(super) fn identity(&self) -> String {
        blake3::hash(self.url.as_bytes()).to_hex().to_string()
    }

    /// The spool; what is in it and is not a restore's is not touched.
    pub(super) fn spool_folder(&self) -> Result<PathBuf, RestoreError> {
        let spool = &self.spool;
        let foreign = match std::fs::read_dir(spool) {
            Ok(mut entries) => entries.next().is_some() && !spool.join("journal").is_file(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
            Err(error) => return Err(RestoreError::file(spool, error)),
        };
        if foreign {
            let said = format!(
                "{} holds something else; name another folder with --spool",
                spool.display()
            );
            return Err(RestoreError::Usage(said));
        }
        Ok(spool.clone())
    }

    /// Whether a database that was backed up can be rebuilt here.
    pub(super) fn is_postgres(&self) -> bool {
        !self.url.starts_with("sqlite:")
    }

    /// Whether there is a system to load this source for.
    pub(super) fn takes(&self, entry: &SourceEntry) -> bool {
        self.system(entry).is_some()
    }

    fn system(&self, entry: &SourceEntry) -> Option<&System> {
        let name = entry.system.as_deref()?;
        let known = self.systems.iter().find(|system| system.name == name);
        known.filter(|_| entry.kind == SourceKind::Package)
    }
}

/// The loads of a restore, one after the other, while the next source is fetched.
pub(super) struct Loading {
    database: Arc<Database>,
    events: SharedEvents,
    under_way: Option<(usize, JoinHandle<Result<LoadedSystem, RestoreError>>)>,
}

/// A load that has ended: the source's number and what came of it.
pub(super) type Ended = Option<(usize, LoadedSystem)>;

impl Loading {
    pub(super) fn new(database: Database, events: SharedEvents) -> Self {
        Self {
            database: Arc::new(database),
            events,
            under_way: None,
        }
    }

    /// Begins to load a restored package, after the one before has ended.
    pub(super) async fn load(
        &mut self,
        number: usize,
        entry: &SourceEntry,
        folder: PathBuf,
    ) -> Result<Ended, RestoreError> {
        let ended = self.end().await?;
        if let Some(system) = self.database.system(entry).cloned() {
            let database = Arc::clone(&self.database);
            let events = Arc::clone(&self.events);
            let name = entry.name.clone();
            let load = async move { load_one(&database, &events, &system, &name, &folder).await };
            self.under_way = Some((number, tokio::spawn(load)));
        }
        Ok(ended)
    }

    /// Waits for the load that is under way.
    pub(super) async fn end(&mut self) -> Result<Ended, RestoreError> {
        let Some((number, load)) = self.under_way.take() else {
            return Ok(None);
        };
        let loaded = load.await;
        let loaded = loaded.map_err(|error| RestoreError::Internal(error.to_string()))?;
        Ok(Some((number, loaded?)))
    }
}

async fn load_one(
    database: &Database,
    events: &SharedEvents,
    system: &System,
    name: &str,
    folder: &Path,
) -> Result<LoadedSystem, RestoreError> {
    let failed = |error: LoadError| RestoreError::Load {
        source_name: name.to_owned(),
        error: Box::new(error),
    };
    let begun = std::time::Instant::now();
    let store = Store::open(&database.url, system)
        .map_err(|error| RestoreError::Usage(error.to_string()))?;
    let at = folder.to_owned();
    let package = tokio::task::spawn_blocking(move || Package::open(&at)).await;
    let package = package
        .map_err(|error| RestoreError::Internal(error.to_string()))?
        .map_err(|faults| failed(LoadError::Faults(faults)))?;
    let mut options = database.options.clone();
    options.quarantine = options.quarantine.map(|folder| folder.join(name));
    let progress = Arc::clone(&database.progress);
    let outcome = store
        .load(&package, &options, progress)
        .await
        .map_err(failed)?;
    let (snapshot, was_there) = match outcome {
        Outcome::Loaded(loaded) => (loaded.snapshot, false),
        Outcome::AlreadyActive(snapshot) => (snapshot, true),
    };
    events.tell(Event::Usable {
        source: name.to_owned(),
        system: system.name.to_owned(),
        snapshot: Box::new(snapshot.clone()),
    });
    Ok(LoadedSystem {
        snapshot,
        was_there,
        seconds: begun.elapsed().as_secs_f64(),
    })
}
