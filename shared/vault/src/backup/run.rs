//! One run of the backup.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use runtime::clock::SharedClock;

use super::dispatch::Feed;
use super::ending::{self, Left};
use super::error::At as _;
use super::fleet::Fleet;
use super::generation::{self, Current};
use super::summary::{RunSummary, Seconds};
use super::vault::{OpenClouds, Vault};
use super::working::Working;
use super::{BackupError, Observer, Step, heads};
use crate::object::{
    CloudNumber, Envelope, Head, ObjectKind, Run, SigningKeys, VerifyingKeys, Witness,
};
use crate::source::SourceError;

/// From how many minutes on clocks are said to disagree.
const SKEW_MINUTES: i64 = 5;

/// How a run is to be done.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Begin a new generation, whatever the age of the newest.
    pub new_generation: bool,
    /// Write the witness line to this file too.
    pub witness: Option<PathBuf>,
    /// Tells the time.
    pub clock: SharedClock,
    /// Is told how the run goes.
    pub observer: Arc<dyn Observer>,
}

/// Backs up what `sources` opens (in a thread that may block) and makes a restore point of it.
///
/// # Errors
/// When no restore point was made; [`BackupError::advice`] says what is safe and what to do. A run that was interrupted
/// goes on from what it stored.
pub async fn run(
    vault: &Vault,
    clouds: OpenClouds,
    sources: impl FnOnce() -> Result<Vec<Box<dyn Feed>>, SourceError> + Send + 'static,
    options: &RunOptions,
) -> Result<RunSummary, BackupError> {
    let started = Instant::now();
    let _lock = vault.state.lock()?;
    let signing = vault.state.signing_keys()?;
    let warnings = Arc::new(Warnings::new(Arc::clone(&options.observer)));
    let begun = begin(vault, clouds, &signing, options, &warnings).await?;
    let sources = tokio::task::spawn_blocking(sources)
        .await
        .map_err(|_| BackupError::Ended("opening the sources"))??;
    unlike_names(&sources)?;
    let total: Option<u64> = sources.iter().map(|source| source.bytes()).sum();
    if let Some(total) = total {
        options.observer.total(total);
    }
    let taken_at = options.clock.now();
    let working = Working::start(vault, begun, &signing, taken_at).await?;
    let begin_seconds = started.elapsed();
    let cut = working.cut(sources).await?;
    let store_seconds = started.elapsed();
    let ended = working.end(vault, cut, &signing, options).await?;
    let seconds = Seconds {
        begin: begin_seconds.as_secs_f64(),
        store: store_seconds.saturating_sub(begin_seconds).as_secs_f64(),
        end: started
            .elapsed()
            .saturating_sub(store_seconds)
            .as_secs_f64(),
        total: started.elapsed().as_secs_f64(),
    };
    Ok(working.summary(ended, seconds, warnings.take()))
}

/// A restore makes a folder for each source.
fn unlike_names(sources: &[Box<dyn Feed>]) -> Result<(), SourceError> {
    let mut names = HashSet::new();
    let twin = sources
        .iter()
        .find(|source| !names.insert(&source.head().name));
    twin.map_or(Ok(()), |source| {
        Err(SourceError::SameName {
            name: source.head().name.clone(),
        })
    })
}

/// Remembers warnings for the summary.
#[derive(Debug)]
struct Warnings {
    observer: Arc<dyn Observer>,
    said: Mutex<Vec<String>>,
}

impl Warnings {
    fn new(observer: Arc<dyn Observer>) -> Self {
        Self {
            observer,
            said: Mutex::default(),
        }
    }

    fn take(&self) -> Vec<String> {
        let mut said = self
            .said
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        std::mem::take(&mut said)
    }
}

impl Observer for Warnings {
    fn reached(&self, step: Step) -> std::io::Result<()> {
        self.observer.reached(step)
    }
    fn total(&self, bytes: u64) {
        self.observer.total(bytes);
    }
    fn read(&self, bytes: u64) {
        self.observer.read(bytes);
    }
    fn stored(&self, bytes: u64) {
        self.observer.stored(bytes);
    }
    fn note(&self, words: &str) {
        self.observer.note(words);
    }
    fn warn(&self, words: &str) {
        let said = self.said.lock();
        said.unwrap_or_else(std::sync::PoisonError::into_inner)
            .push(words.to_owned());
        self.observer.warn(words);
    }
}

/// A run whose clouds were asked and whose generation is known.
#[derive(Debug)]
pub(super) struct Begun {
    pub(super) fleet: Arc<Fleet>,
    pub(super) current: Current,
    /// Bytes sent, and sent in vain, to each cloud before this run.
    pub(super) sent_before: Vec<(u64, u64)>,
    pub(super) finished_earlier: Option<Witness>,
    /// Of packs that an interrupted run was about to send.
    pub(super) lost_bytes: u64,
    pub(super) observer: Arc<dyn Observer>,
}

async fn begin(
    vault: &Vault,
    clouds: OpenClouds,
    signing: &SigningKeys,
    options: &RunOptions,
    warnings: &Arc<Warnings>,
) -> Result<Begun, BackupError> {
    let keys = signing.verifying()?;
    let straggler = Duration::from_secs(vault.settings.vault.straggler_seconds.get().into());
    let observer: Arc<dyn Observer> = Arc::clone(warnings) as _;
    let fleet = Arc::new(Fleet::new(
        clouds.clouds,
        &vault.descriptor,
        &vault.key,
        straggler,
        Arc::clone(&observer),
    ));
    clouds
        .faults
        .into_iter()
        .for_each(|fault| fleet.drop_cloud(fault));
    let traffic = fleet.members().iter().map(|one| one.cloud.traffic());
    let sent_before = traffic.map(|one| (one.sent, one.sent_again)).collect();
    let number = generation::newest(&vault.state)?;
    let (mut current, created) = generation::open(&vault.state, number, &keys)?;
    let finished_earlier =
        finish_earlier(vault, &fleet, &current, &keys, observer.as_ref()).await?;
    let ours = current.ledger.contents().ended.map(|ended| {
        let witness = Witness {
            sequence: ended.sequence,
            hash: ended.hash,
        };
        (witness, ended.holders)
    });
    let id = |number| vault.descriptor.cloud_id(CloudNumber::new(number)?);
    heads::compare(&fleet, id, &keys, ours).await?;
    let now = options.clock.now();
    say_skew(&fleet, warnings).await;
    say_backwards(vault, ours.map(|(ours, _)| ours), &keys, now, warnings)?;
    let unfinished = current.ledger.contents().unfinished();
    let lost_bytes = unfinished.map_or(0, |run| run.lost_bytes);
    if unfinished.is_some() {
        observer.note("An earlier run was interrupted: what it stored is not sent again.");
    }
    let days = vault.settings.vault.generation_days.get();
    let was_begun = vault.state.newest_generation()? > number;
    if options.new_generation || was_begun || generation::is_over(created, now, days) {
        let next = number
            .next()
            .ok_or(BackupError::Ended("counting generations"))?;
        let fresh = generation::begin(vault, &fleet, next, signing, now, observer.as_ref()).await?;
        fresh.follow(&current.ledger, Run::generate()?)?;
        current = fresh;
    }
    // Rows seen by a run that did not end mean nothing.
    let rows = current.state.run();
    if rows.exists() {
        std::fs::remove_dir_all(&rows).at(&rows)?;
    }
    Ok(Begun {
        fleet,
        current,
        sent_before,
        finished_earlier,
        lost_bytes,
        observer,
    })
}

async fn finish_earlier(
    vault: &Vault,
    fleet: &Fleet,
    current: &Current,
    keys: &VerifyingKeys,
    observer: &dyn Observer,
) -> Result<Option<Witness>, BackupError> {
    match ending::recover(&vault.state, &current.state, &current.ledger, keys)? {
        Left::Nothing => Ok(None),
        Left::Head => {
            let (state, ledger) = (&current.state, &current.ledger);
            let (witness, _) =
                ending::finish(fleet, &vault.state, state, ledger, keys, observer).await?;
            observer.note(&format!(
                "Restore point {witness}, whose run was interrupted at its end, is complete now."
            ));
            Ok(Some(witness))
        }
    }
}

async fn say_skew(fleet: &Fleet, warnings: &Warnings) {
    let live = fleet.live();
    let members = fleet.members().iter();
    let asked = members
        .filter(|member| live.has(member.cloud.number()))
        .map(|member| async move { (member, member.cloud.clock_skew().await) });
    for (member, skew) in join_all(asked).await {
        // A cloud that cannot tell the time may still store.
        if let Ok(Some(skew)) = skew
            && skew.abs() > TimeDelta::minutes(SKEW_MINUTES)
        {
            let (minutes, name) = (skew.num_minutes(), member.cloud.name());
            warnings.warn(&format!(
                "the clock of cloud {name} is {minutes} minutes ahead of this machine's: one of them is wrong. Restore points are ordered by number, not by time"
            ));
        }
    }
}

fn say_backwards(
    vault: &Vault,
    ours: Option<Witness>,
    keys: &VerifyingKeys,
    now: DateTime<Utc>,
    warnings: &Warnings,
) -> Result<(), BackupError> {
    let Some(ours) = ours else { return Ok(()) };
    let path = vault.state.head_file(ours.sequence);
    let Ok(bytes) = std::fs::read(&path) else {
        return Ok(());
    };
    let opened = Envelope::open(ObjectKind::Head, &bytes, keys)?;
    let created = Head::from_bytes(&opened.payload)?.created;
    if created > now + TimeDelta::minutes(SKEW_MINUTES) {
        warnings.warn(&format!(
            "this machine's clock shows {now}, and restore point {} was made at {created}: the clock was or is wrong. Restore points are ordered by number, not by time",
            ours.sequence
        ));
    }
    Ok(())
}
