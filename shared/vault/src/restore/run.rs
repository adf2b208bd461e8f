//! Does what was planned.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::RestoreError;
use super::bring::Bringing;
use super::database::{Database, LoadedSystem, Loading};
use super::events::{Event, SharedEvents};
use super::fate::Fate;
use super::history::Point;
use super::packs::Packs;
use super::plan::PlannedSource;
use super::rebuild::Rebuild;
use super::staging::{Staging, beside, check_target};
use crate::cloud::Blame;
use crate::object::RootManifest;

/// Where a restore goes.
#[derive(Debug)]
pub enum Sink {
    /// A folder that does not exist yet or is empty: a folder for each source in it.
    Folder(PathBuf),
    /// Databases, system by system; each can be used as soon as its own is loaded. A database that was backed up is made again.
    Database(Database),
}

/// What a restore will write, and all that is needed to do it.
#[derive(Debug)]
pub struct Plan {
    packs: Packs,
    point: Point,
    taken_at: DateTime<Utc>,
    sources: Vec<PlannedSource>,
    fetched_at_most: u64,
    identity: String,
    warnings: Vec<String>,
}

/// How much a plan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PlannedTotals {
    /// Sources.
    pub sources: usize,
    /// Files.
    pub files: usize,
    /// Rows of tables.
    pub rows: u64,
    /// Bytes that are written.
    pub bytes: u64,
    /// Bytes that are fetched from the clouds when every first answer is good.
    pub fetched: u64,
}

/// What came of a restore.
#[derive(Debug, Clone, Serialize)]
pub struct Restored {
    /// The sequence of the restore point.
    pub sequence: u64,
    /// When the data was taken.
    pub taken_at: DateTime<Utc>,
    /// What was planned.
    pub planned: PlannedTotals,
    /// Each source, in the order in which they were restored.
    pub sources: Vec<RestoredSource>,
    /// Bytes that came from the clouds, as far as they count them.
    pub fetched: u64,
    /// Seconds from the first byte to the last.
    pub seconds: f64,
    /// What the clouds did wrong; the data is good all the same.
    pub blames: Vec<Blame>,
    /// What the operator must know.
    pub warnings: Vec<String>,
}

/// A restored source.
#[derive(Debug, Clone, Serialize)]
pub struct RestoredSource {
    /// Its name: the folder it is in.
    pub name: String,
    /// Its system, where it has one.
    pub system: Option<String>,
    /// Files written.
    pub files: usize,
    /// Rows of tables.
    pub rows: u64,
    /// Bytes written.
    pub bytes: u64,
    /// What the database made of it.
    pub loaded: Option<LoadedSystem>,
}

impl Plan {
    pub(super) fn new(
        packs: Packs,
        point: Point,
        root: &RootManifest,
        sources: Vec<PlannedSource>,
        needed: &HashSet<usize>,
        identity: String,
        warnings: Vec<String>,
    ) -> Self {
        let need = u64::from(point.head.need);
        let fetched = needed
            .iter()
            .map(|place| packs.fragment_bytes(*place) * need);
        Self {
            fetched_at_most: fetched.sum(),
            packs,
            point,
            taken_at: root.taken_at,
            sources,
            identity,
            warnings,
        }
    }

    /// How much it is.
    #[must_use]
    pub fn totals(&self) -> PlannedTotals {
        let files = || self.sources.iter().flat_map(|source| &source.files);
        PlannedTotals {
            sources: self.sources.len(),
            files: files().count(),
            rows: files().map(|file| file.rows).sum(),
            bytes: self.sources.iter().map(PlannedSource::bytes).sum(),
            fetched: self.fetched_at_most,
        }
    }

    /// What the operator must know before going on.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The restore point.
    #[must_use]
    pub fn point(&self) -> &Point {
        &self.point
    }

    /// Does it. Of a restore that was killed or cut, the same plan and sink go on where it stopped.
    ///
    /// # Errors
    /// [`RestoreError::Refused`] when too little of the data is good: nothing is left behind. [`RestoreError::Interrupted`],
    /// [`RestoreError::File`] and [`RestoreError::Load`] keep what was fetched.
    pub async fn run(self, sink: Sink, events: SharedEvents) -> Result<Restored, RestoreError> {
        match sink {
            Sink::Folder(target) => self.into_folder(&target, events).await,
            Sink::Database(database) => self.into_database(database, events).await,
        }
    }

    async fn into_folder(
        self,
        target: &Path,
        events: SharedEvents,
    ) -> Result<Restored, RestoreError> {
        check_target(target)?;
        let place = beside(target)?;
        let identity = format!("{} folder", self.identity);
        let mut running = Running::begin(self, &place, &identity, events, true)?;
        let outcome = running.all_to_folder().await;
        let restored = running.settle(outcome)?;
        let Running { bringing, .. } = running;
        bringing.end()?.publish(target)?;
        Ok(restored)
    }

    async fn into_database(
        self,
        database: Database,
        events: SharedEvents,
    ) -> Result<Restored, RestoreError> {
        let fates = Fate::of_all(&self.sources, &database)?;
        let place = database.spool_folder()?;
        let identity = format!("{} database {}", self.identity, database.identity());
        let mut running = Running::begin(self, &place, &identity, events, false)?;
        let outcome = running.all_to_database(database, fates).await;
        let restored = running.settle(outcome)?;
        let Running { bringing, .. } = running;
        bringing.end()?.remove()?;
        Ok(restored)
    }
}

/// A plan that is being done.
struct Running {
    bringing: Bringing,
    sources: Vec<Arc<PlannedSource>>,
    done: Vec<RestoredSource>,
    totals: PlannedTotals,
    sequence: u64,
    taken_at: DateTime<Utc>,
    warnings: Vec<String>,
    begun: Instant,
    flowed: u64,
}

impl Running {
    fn begin(
        plan: Plan,
        place: &Path,
        identity: &str,
        events: SharedEvents,
        is_durable: bool,
    ) -> Result<Self, RestoreError> {
        let totals = plan.totals();
        let staging = Staging::open(place, identity)?;
        let flowed = plan.packs.found.received();
        Ok(Self {
            bringing: Bringing::new(Arc::new(plan.packs), Arc::new(staging), events, is_durable),
            sources: plan.sources.into_iter().map(Arc::new).collect(),
            done: Vec::new(),
            totals,
            sequence: plan.point.head.sequence.get(),
            taken_at: plan.taken_at,
            warnings: plan.warnings,
            begun: Instant::now(),
            flowed,
        })
    }

    async fn all_to_folder(&mut self) -> Result<(), RestoreError> {
        for number in 0..self.sources.len() {
            self.one(number).await?;
            self.finish(number, None);
        }
        // A power failure after the end must not take back what was said to be restored.
        self.bringing.synced().await
    }

    async fn all_to_database(
        &mut self,
        database: Database,
        fates: Vec<Fate>,
    ) -> Result<(), RestoreError> {
        let mut loading = Loading::new(database.clone(), Arc::clone(&self.bringing.events));
        for (number, fate) in fates.into_iter().enumerate() {
            let source = Arc::clone(&self.sources[number]);
            match fate {
                Fate::Left(said) => {
                    self.warnings.push(said.clone());
                    self.bringing.events.tell(Event::Warning(said));
                }
                Fate::Loaded => {
                    self.one(number).await?;
                    let folder = self.bringing.staging.files().join(&source.name);
                    // The next system is fetched while this one is loaded.
                    if let Some((number, loaded)) =
                        loading.load(number, &source.entry, folder).await?
                    {
                        self.finish(number, Some(loaded));
                    }
                }
                Fate::Rebuilt => {
                    // Whatever comes before is more urgent.
                    if let Some((number, loaded)) = loading.end().await? {
                        self.finish(number, Some(loaded));
                    }
                    self.rebuild(number, &source, &database).await?;
                }
            }
        }
        if let Some((number, loaded)) = loading.end().await? {
            self.finish(number, Some(loaded));
        }
        Ok(())
    }

    async fn rebuild(
        &mut self,
        number: usize,
        source: &PlannedSource,
        database: &Database,
    ) -> Result<(), RestoreError> {
        // Its rows come under a number of their own, behind those of all sources.
        let numbers = [number, self.sources.len() + number];
        let numbers = numbers.map(|number| u32::try_from(number).unwrap_or(u32::MAX));
        self.tell_begin(
            source,
            numbers.iter().any(|number| self.bringing.has_kept(*number)),
        );
        let rebuild = Rebuild::new(&self.bringing, source, database)?;
        rebuild.run(numbers).await?;
        self.finish(number, None);
        Ok(())
    }

    fn tell_begin(&self, source: &PlannedSource, resumed: bool) {
        self.bringing.events.tell(Event::Begins {
            source: source.name.clone(),
            bytes: source.bytes(),
            resumed,
        });
    }

    /// Brings one source into the staging folder.
    async fn one(&mut self, number: usize) -> Result<(), RestoreError> {
        let source = Arc::clone(&self.sources[number]);
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        self.tell_begin(&source, self.bringing.has_kept(number));
        self.bringing.one(number, &source).await
    }

    fn finish(&mut self, number: usize, loaded: Option<LoadedSystem>) {
        let source = &self.sources[number];
        self.bringing.events.tell(Event::Restored {
            source: source.name.clone(),
        });
        self.done.push(RestoredSource {
            name: source.name.clone(),
            system: source.entry.system.clone(),
            files: source.files.len(),
            rows: source.files.iter().map(|file| file.rows).sum(),
            bytes: source.bytes(),
            loaded,
        });
    }

    /// What came of it; after a refusal nothing is left behind.
    fn settle(&mut self, outcome: Result<(), RestoreError>) -> Result<Restored, RestoreError> {
        let staging = &self.bringing.staging;
        match outcome {
            Ok(()) => Ok(self.summary()),
            Err(RestoreError::Refused(refusal)) => {
                staging.remove()?;
                Err(refusal.into())
            }
            Err(RestoreError::Interrupted { detail, .. }) => {
                staging.sync()?;
                let staging = Some(staging.dir().to_owned());
                Err(RestoreError::Interrupted { staging, detail })
            }
            Err(error) => Err(error),
        }
    }

    fn summary(&mut self) -> Restored {
        let found = &self.bringing.packs.found;
        Restored {
            sequence: self.sequence,
            taken_at: self.taken_at,
            planned: self.totals,
            sources: std::mem::take(&mut self.done),
            fetched: found.received() - self.flowed,
            seconds: self.begun.elapsed().as_secs_f64(),
            blames: found.clouds.blames().all(),
            warnings: std::mem::take(&mut self.warnings),
        }
    }
}
