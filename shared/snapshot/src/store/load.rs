//! Loads a package beside what is served, proves that it answers, and switches.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Utc};
use runtime::clock::SharedClock;
use serde::Serialize;
use tokio::sync::mpsc;
use tokio::task::{JoinError, spawn_blocking};

use crate::check::{TableCount, counts, prove};
use crate::flow::{End, Flow, PartDone};
use crate::package::Package;
use crate::plan::Plan;
use crate::progress::{Phase, SharedProgress};
use crate::quarantine::Quarantine;
use crate::read::PartHash;
use crate::signature::Trust;
use crate::store::answers::prove_answers;
use crate::store::aside;
use crate::store::draft::Draft;
use crate::store::loader::Loader;
use crate::store::{LoadError, Refusal, Snapshot, State, Store, StoreError};

/// Batches on their way from the reader to the database; bounds memory.
const BATCHES: usize = 8;

/// How a package is to be loaded.
#[derive(Debug, Clone)]
pub struct LoadOptions {
    /// Whose signatures are believed.
    pub trust: Trust,
    /// Folder for rows that break a rule: one that is not there yet, is empty, or holds what an earlier load put aside, which a load
    /// that succeeds replaces. `None`: such a row stops the load.
    pub quarantine: Option<PathBuf>,
    /// Whether the package may be older than what is served.
    pub allow_older: bool,
    /// Tells the time of the load.
    pub clock: SharedClock,
}

/// What came of a load.
#[derive(Debug)]
pub enum Outcome {
    /// The package is served now.
    Loaded(Loaded),
    /// The very same package was served already; nothing was done.
    AlreadyActive(Snapshot),
}

/// A load that switched.
#[derive(Debug, Clone, Serialize)]
pub struct Loaded {
    /// The new active snapshot.
    pub snapshot: Snapshot,
    /// Rows by table.
    pub tables: Vec<TableCount>,
    /// Parts that an earlier, killed load had loaded already.
    pub parts_resumed: usize,
    /// Where the rows are that were put aside, if there are any.
    pub quarantine: Option<PathBuf>,
    /// How long each phase took.
    pub phases: Vec<PhaseTime>,
}

/// How long a phase took.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PhaseTime {
    /// Which one: `verify`, `rows`, `index`, `probe`, `switch`.
    pub phase: &'static str,
    /// Seconds.
    pub seconds: f64,
}

/// Measures the phases of a load.
struct Watch {
    since: Instant,
    phases: Vec<PhaseTime>,
}

impl Watch {
    fn new() -> Self {
        Self {
            since: Instant::now(),
            phases: Vec::new(),
        }
    }

    fn lap(&mut self, phase: &'static str) {
        let seconds = std::mem::replace(&mut self.since, Instant::now()).elapsed();
        self.phases.push(PhaseTime {
            phase,
            seconds: seconds.as_secs_f64(),
        });
    }
}

/// See [`Store::load`].
pub(crate) async fn load<L: Loader>(
    store: &Store,
    mut loader: L,
    package: &Package,
    options: &LoadOptions,
    progress: SharedProgress,
) -> Result<Outcome, LoadError> {
    let mut watch = Watch::new();
    let unsigned = options.trust.judge(package).map_err(Refusal::from)?;
    if let Some(words) = &unsigned {
        progress.warn(words);
    }
    let snapshots = loader.snapshots().await?;
    let active = snapshots
        .iter()
        .find(|snapshot| snapshot.state == State::Active);
    let quarantine = aside::folder(options, package)?;
    if let Some(active) = active {
        refuse_successor(package, unsigned.as_deref(), active, options)?;
        // Its load may have been killed between the switch and this.
        aside::settle(active, &progress);
    }
    let (plan, hashes) = prove_aside(store, package, options.clock.now(), &progress).await?;
    // Asked only now: a package is the same only if its parts still are what its description says.
    let same = |active: &&Snapshot| {
        active.package == package.digest()
            && active.definition == *store.fingerprint
            && active.unsigned == unsigned
    };
    if let Some(active) = active.filter(same) {
        return Ok(Outcome::AlreadyActive(active.clone()));
    }
    watch.lap("verify");

    let draft = Draft {
        store,
        package,
        options,
        unsigned,
        quarantine: quarantine.as_deref(),
    };
    let (draft, done) = draft
        .begin_or_resume(&mut loader, &snapshots, &plan)
        .await?;
    if !done.is_empty() {
        progress.note(&format!(
            "resuming: {} part(s) were loaded before",
            done.len()
        ));
    }
    let parts = match fill(
        &mut loader,
        &draft,
        package,
        &plan,
        hashes,
        &done,
        &progress,
    )
    .await
    {
        Ok(parts) => parts,
        Err(error) => {
            // What the database could not take is resumed later; what the package did wrong is not worth keeping.
            if !matches!(error, LoadError::Store(_)) {
                aside::forget(&draft);
                loader.discard(&draft).await?;
            }
            return Err(error);
        }
    };
    watch.lap("rows");

    progress.begin(Phase::Index, store.system.tables.len() as u64);
    loader
        .index(&draft, &store.system.tables, &progress)
        .await?;
    watch.lap("index");

    let tables = counts(&plan, &parts);
    prove_answers(store, &mut loader, &draft, &tables, &progress).await?;
    watch.lap("probe");

    let next = Snapshot {
        rows: tables.iter().map(|table| table.rows).sum(),
        rows_quarantined: tables.iter().map(|table| table.rows_quarantined).sum(),
        ..draft
    };
    let now = options.clock.now();
    loader.activate(&next, now).await?;
    let quarantine = aside::settle(&next, &progress);
    drop_unneeded(&mut loader, &progress).await;
    watch.lap("switch");
    let snapshot = Snapshot {
        state: State::Active,
        activated_at: Some(now),
        ..next
    };
    Ok(Outcome::Loaded(Loaded {
        snapshot,
        tables,
        parts_resumed: done.len(),
        quarantine,
        phases: watch.phases,
    }))
}

/// Refuses what must not follow the snapshot in service.
fn refuse_successor(
    package: &Package,
    unsigned: Option<&str>,
    active: &Snapshot,
    options: &LoadOptions,
) -> Result<(), Refusal> {
    options.trust.judge_successor(package, unsigned, active)?;
    let origin = &package.origin;
    let older = origin.sequence < active.sequence || origin.taken_at < active.taken_at;
    if older && !options.allow_older {
        return Err(Refusal::Older {
            sequence: origin.sequence,
            taken_at: origin.taken_at,
            loaded_sequence: active.sequence,
            loaded_taken_at: active.taken_at,
        });
    }
    Ok(())
}

async fn prove_aside(
    store: &Store,
    package: &Package,
    now: DateTime<Utc>,
    progress: &SharedProgress,
) -> Result<(Arc<Plan>, Vec<Vec<PartHash>>), LoadError> {
    let (system, package, progress) = (
        Arc::clone(&store.system),
        package.clone(),
        Arc::clone(progress),
    );
    let proved = spawn_blocking(move || prove(&package, &system, now, &progress))
        .await
        .map_err(ended)?;
    Ok(proved?)
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn ended(error: JoinError) -> LoadError {
    LoadError::Store(StoreError::database(format!(
        "a thread of the load ended early: {error}"
    )))
}

/// Reads on one thread while the database takes rows on another.
async fn fill<L: Loader>(
    loader: &mut L,
    draft: &Snapshot,
    package: &Package,
    plan: &Arc<Plan>,
    hashes: Vec<Vec<PartHash>>,
    done: &[PartDone],
    progress: &SharedProgress,
) -> Result<Vec<Vec<PartDone>>, LoadError> {
    let folder = draft.quarantine.as_deref().map(Path::new);
    let dir = folder.map(|folder| aside::beside(folder, draft));
    let unwritable = |error| LoadError::Quarantine {
        dir: dir.clone().unwrap_or_default(),
        error,
    };
    let quarantine = match (folder, &dir) {
        (Some(folder), Some(dir)) => {
            let made = Quarantine::create(dir).map_err(unwritable)?;
            aside::protect_alike(dir, folder).map_err(unwritable)?;
            Some(made)
        }
        _ => None,
    };
    let (out, events) = mpsc::channel(BATCHES);
    let flow = Flow::<L::Encoder>::new(
        Arc::clone(plan),
        hashes,
        Some(out),
        quarantine,
        Arc::clone(progress),
    );
    let done = done.to_vec();
    let reader = spawn_blocking(move || flow.run(&done));
    let received = loader.receive(draft, Arc::clone(plan), events).await;
    let (end, _, quarantine) = reader.await.map_err(ended)?;
    let parts = match end {
        End::Whole(parts) => parts,
        End::Faulty(faults) => return Err(faults.into()),
        End::Quarantine(error) => return Err(unwritable(error)),
        End::Unwanted => {
            received?;
            return Err(StoreError::database("rows were no longer taken").into());
        }
    };
    received?;
    if let Some(quarantine) = quarantine {
        let bad = |parts: &Vec<PartDone>| parts.iter().map(|part| part.read.bad_rows).collect();
        let tables: Vec<_> = plan.tables.iter().zip(parts.iter().map(bad)).collect();
        quarantine.finish(package, &tables).map_err(unwritable)?;
    }
    Ok(parts)
}

/// Removes what is older than the previous snapshot. The switch is done: a failure here is told and tried again by the
/// next load.
async fn drop_unneeded<L: Loader>(loader: &mut L, progress: &SharedProgress) {
    let snapshots = match loader.snapshots().await {
        Ok(snapshots) => snapshots,
        Err(error) => return progress.note(&format!("older snapshots were not removed: {error}")),
    };
    for old in snapshots.iter().filter(|old| old.state == State::Dropping) {
        if let Err(error) = loader.discard(old).await {
            progress.note(&format!(
                "the old snapshot {} was not removed yet: {error}",
                old.id
            ));
        }
    }
}

/// See [`Store::rollback`].
pub(crate) async fn rollback<L: Loader>(
    mut loader: L,
    at: DateTime<Utc>,
) -> Result<Snapshot, StoreError> {
    let snapshots = loader.snapshots().await?;
    let previous = snapshots
        .into_iter()
        .find(|snapshot| snapshot.state == State::Previous);
    let previous = previous.ok_or(StoreError::NoPrevious)?;
    loader.activate(&previous, at).await?;
    Ok(Snapshot {
        state: State::Active,
        activated_at: Some(at),
        ..previous
    })
}
