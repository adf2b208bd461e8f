//! Brings the files of one source from the clouds into the staging folder.
//!
//! Packs are fetched ahead in the order in which the files need them, opened on all cores, and their bytes written where
//! they belong. What is in memory is bounded by packs, never by the size of the source.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::available_parallelism;

use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet, spawn_blocking};

use super::assembly::{Assembly, Expected, Spoilt};
use super::batch::{Load, Pieces, Wanted};
use super::events::{Event, SharedEvents};
use super::extents::Decoder;
use super::packs::Packs;
use super::plan::PlannedSource;
use super::staging::{Staging, Step};
use super::{Refusal, RestoreError};
use crate::object::RecipeReader;

/// How many bytes of packs may be in memory, sealed, at a time.
const SEALED: usize = 128 * 1024 * 1024;

/// Why a source did not come whole.
#[derive(Debug)]
pub(super) enum Failed {
    /// The files on this machine.
    Spoilt(Spoilt),
    /// Anything else.
    Restore(RestoreError),
}

impl Failed {
    /// Whether files came out other than they should.
    pub(super) const fn is_damage(&self) -> bool {
        matches!(self, Self::Spoilt(Spoilt::Differs(_)))
    }
}

impl From<Spoilt> for Failed {
    fn from(spoilt: Spoilt) -> Self {
        Self::Spoilt(spoilt)
    }
}

impl From<RestoreError> for Failed {
    fn from(error: RestoreError) -> Self {
        Self::Restore(error)
    }
}

impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Self {
        Self::Restore(refusal.into())
    }
}

impl From<Failed> for RestoreError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Spoilt(spoilt) => spoilt.into(),
            Failed::Restore(error) => error,
        }
    }
}

/// Everything that the work on one source shares.
#[derive(Debug)]
pub(super) struct Bringing {
    pub(super) packs: Arc<Packs>,
    pub(super) staging: Arc<Staging>,
    pub(super) events: SharedEvents,
    room: Arc<Semaphore>,
    cores: Arc<Semaphore>,
    cores_in_all: u32,
    /// Whether files must be on the disk at the end.
    is_durable: bool,
    syncs: Mutex<Vec<JoinHandle<Result<(), Spoilt>>>>,
}

impl Bringing {
    pub(super) fn new(
        packs: Arc<Packs>,
        staging: Arc<Staging>,
        events: SharedEvents,
        is_durable: bool,
    ) -> Self {
        let cores = available_parallelism().map_or(2, std::num::NonZero::get);
        Self {
            packs,
            staging,
            events,
            room: Arc::new(Semaphore::new(SEALED)),
            cores: Arc::new(Semaphore::new(cores)),
            cores_in_all: u32::try_from(cores).unwrap_or(1),
            is_durable,
            syncs: Mutex::default(),
        }
    }

    /// Whether an earlier, killed restore left something of the source with this number.
    pub(super) fn has_kept(&self, number: u32) -> bool {
        let mut done = self.staging.done().iter();
        done.any(|step| step.source == number)
    }

    /// Brings one source. What an earlier, killed restore left is believed once: if the whole does not come out right with
    /// it, everything of this source is fetched again.
    pub(super) async fn one(
        &self,
        number: u32,
        source: &Arc<PlannedSource>,
    ) -> Result<(), RestoreError> {
        let kept = self.has_kept(number);
        let assembly = self.assembly(source)?;
        let failed = match self.bring(number, source, &assembly, kept).await {
            Ok(()) => return Ok(()),
            Err(failed) => failed,
        };
        if !(kept && failed.is_damage()) {
            return Err(failed.into());
        }
        self.tell_of_damage(source);
        let assembly = self.assembly(source)?;
        Ok(self.bring(number, source, &assembly, false).await?)
    }

    pub(super) fn tell_of_damage(&self, source: &PlannedSource) {
        let said = format!(
            "what an earlier restore left of {} is damaged; it is fetched again",
            source.name
        );
        self.events.tell(Event::Warning(said));
    }

    /// The files of a source, in the staging folder, before anything was brought.
    pub(super) fn assembly(&self, source: &PlannedSource) -> Result<Arc<Assembly>, Spoilt> {
        let root = self.staging.files();
        let expected = source.files.iter().map(|file| Expected {
            path: Path::new(&file.path).to_owned(),
            bytes: file.bytes,
            executable: file.executable,
            blake3: file.blake3,
        });
        Ok(Arc::new(Assembly::begin(&root, expected.collect())?))
    }

    /// Waits until all work that was begun has ended, also that of a [`bring`](Self::bring) that was dropped.
    pub(super) async fn quiet(&self) {
        let _ended = self.cores.acquire_many(self.cores_in_all).await;
    }

    /// Brings source number `number` of the plan, and proves every file. What an earlier restore did is not done again where
    /// `kept`.
    pub(super) async fn bring(
        &self,
        number: u32,
        source: &Arc<PlannedSource>,
        assembly: &Arc<Assembly>,
        kept: bool,
    ) -> Result<(), Failed> {
        let over = Over(Arc::clone(assembly));
        if self.is_durable {
            let assembly = Arc::clone(assembly);
            let sync = spawn_blocking(move || assembly.sync());
            self.syncs().push(sync);
        }
        let outcome = self.all_batches(number, source, assembly, kept).await;
        // Work that was begun writes into the folder: nobody may touch it before the last of it has ended.
        self.quiet().await;
        drop(over);
        outcome?;
        if !assembly.is_finished() {
            let said = format!("{} is not complete although all its packs are", source.name);
            return Err(Refusal::Contradiction(said).into());
        }
        Ok(())
    }

    fn syncs(&self) -> std::sync::MutexGuard<'_, Vec<JoinHandle<Result<(), Spoilt>>>> {
        self.syncs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until every file is on the disk.
    pub(super) async fn synced(&self) -> Result<(), RestoreError> {
        let syncs = std::mem::take(&mut *self.syncs());
        for sync in syncs {
            let synced = sync.await;
            synced.map_err(|error| RestoreError::Internal(error.to_string()))??;
        }
        Ok(())
    }

    /// The staging folder, when all work has ended.
    pub(super) fn end(self) -> Result<Staging, RestoreError> {
        Arc::try_unwrap(self.staging)
            .map_err(|_| RestoreError::Internal("work goes on after its end".to_owned()))
    }

    async fn all_batches(
        &self,
        number: u32,
        source: &Arc<PlannedSource>,
        assembly: &Arc<Assembly>,
        kept: bool,
    ) -> Result<(), Failed> {
        let files = (0..).zip(&source.files).map(|(file, planned)| Wanted {
            file,
            ranges: &planned.ranges,
            segments: RecipeReader::new(source.recipe(planned)),
        });
        let mut pieces = Pieces::new(&source.manifest.extents, files);
        let mut batch = 0;
        while let Some(loads) = pieces.batch()? {
            let mut tasks = JoinSet::new();
            let works = loads.into_iter().map(|load| Work {
                step: Step {
                    source: number,
                    batch,
                    pack: load.pack,
                },
                load,
                kept,
                source: Arc::clone(source),
                assembly: Arc::clone(assembly),
                packs: Arc::clone(&self.packs),
                staging: Arc::clone(&self.staging),
                events: Arc::clone(&self.events),
            });
            let outcome = self.one_batch(works, &mut tasks).await;
            tasks.shutdown().await;
            outcome?;
            batch += 1;
        }
        Ok(())
    }

    async fn one_batch(
        &self,
        works: impl Iterator<Item = Work>,
        tasks: &mut JoinSet<Result<(), Failed>>,
    ) -> Result<(), Failed> {
        for work in works {
            let room = self.packs.sealed_bytes(work.place()).min(SEALED);
            let room = u32::try_from(room).unwrap_or(u32::MAX);
            let room = Arc::clone(&self.room).acquire_many_owned(room).await;
            let room = room.map_err(|_| closed())?;
            while let Some(done) = tasks.try_join_next() {
                joined(done)?;
            }
            let cores = Arc::clone(&self.cores);
            tasks.spawn(async move {
                let outcome = work.run(cores).await;
                drop(room);
                outcome
            });
        }
        while let Some(done) = tasks.join_next().await {
            joined(done)?;
        }
        Ok(())
    }
}

/// Whoever puts files on the disk stops waiting for more when this goes, however the work ends.
struct Over(Arc<Assembly>);

impl Drop for Over {
    fn drop(&mut self) {
        self.0.over();
    }
}

/// What is to be done with one pack.
struct Work {
    load: Load,
    step: Step,
    kept: bool,
    source: Arc<PlannedSource>,
    assembly: Arc<Assembly>,
    packs: Arc<Packs>,
    staging: Arc<Staging>,
    events: SharedEvents,
}

impl Work {
    /// The place of the pack in the catalogue.
    fn place(&self) -> usize {
        self.source.packs[self.load.pack as usize]
    }

    async fn run(self, cores: Arc<Semaphore>) -> Result<(), Failed> {
        let fetched = if self.kept && self.staging.done().contains(&self.step) {
            None
        } else {
            Some(self.packs.fetch(self.place()).await?)
        };
        let core = cores.acquire_owned().await.map_err(|_| closed())?;
        let work = spawn_blocking(move || {
            let outcome = match fetched {
                Some(fetched) => self.write(&self.packs.open(fetched)?),
                None => Ok(()),
            };
            let outcome = outcome.and_then(|()| self.count());
            drop(core);
            outcome
        });
        joined(work.await)
    }

    fn write(&self, content: &[u8]) -> Result<(), Failed> {
        let mut decoder = Decoder::new(self.packs.content_key())?;
        for pieces in self.load.pieces.chunk_by(|a, b| a.extent == b.extent) {
            let extent = &self.source.manifest.extents[pieces[0].extent as usize];
            let raw = decoder.decode(extent, content)?;
            for piece in pieces {
                let (from, length) = (piece.offset as usize, piece.length as usize);
                self.assembly
                    .write(piece.file, piece.at, &raw[from..from + length])?;
            }
        }
        self.staging.record(self.step)?;
        Ok(())
    }

    fn count(&self) -> Result<(), Failed> {
        for piece in &self.load.pieces {
            self.assembly
                .arrived(piece.file, piece.at, u64::from(piece.length))?;
        }
        self.events.tell(Event::Written(self.load.bytes()));
        Ok(())
    }
}

fn joined<T>(outcome: Result<Result<T, Failed>, tokio::task::JoinError>) -> Result<T, Failed> {
    outcome.unwrap_or_else(|error| Err(RestoreError::Internal(error.to_string()).into()))
}

fn closed() -> Failed {
    RestoreError::Internal("the work was closed".to_owned()).into()
}
