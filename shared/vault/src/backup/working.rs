//! A run at work: its epoch, its phases, its end.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};

use super::cutting::{self, CutSource};
use super::dispatch::Feed;
use super::ending::{self, Dates};
use super::error::At as _;
use super::generation::Current;
use super::intake::{Counters, Shared, Spare};
use super::journal::{Figures, Record};
use super::ledger::EndedRun;
use super::packing::SealingKey;
use super::pipeline::Pipeline;
use super::run::{Begun, RunOptions};
use super::stop::Stop;
use super::summary::{CloudSummary, RunSummary, Seconds, SourceSummary, Status};
use super::vault::Vault;
use super::{BackupError, Step, alarm, files, manifests};
use crate::keys::EpochSecret;
use crate::object::{
    Envelope, EpochKey, EpochObject, Hash32, ObjectKind, Run, SigningKeys, Witness,
};
use crate::pack::Code;

/// A run whose epoch is on the clouds.
#[derive(Debug)]
pub(super) struct Working {
    pipeline: Pipeline,
    begun: Begun,
    run: Run,
    taken_at: DateTime<Utc>,
    before: Option<EndedRun>,
}

/// What a run came to.
#[derive(Debug)]
pub(super) struct Done {
    witness: Witness,
    dates: Dates,
    survives: u8,
    sources: Vec<SourceSummary>,
    figures: Figures,
}

impl Working {
    /// Makes the epoch and puts it on the clouds.
    pub(super) async fn start(
        vault: &Vault,
        begun: Begun,
        signing: &SigningKeys,
        taken_at: DateTime<Utc>,
    ) -> Result<Self, BackupError> {
        let run = Run::generate()?;
        let descriptor = &vault.descriptor;
        let Current { number, ledger, .. } = &begun.current;
        let (key, epoch, hash) = put_epoch(vault, &begun, signing, taken_at, run).await?;
        tracing::debug!(%run, %epoch, %hash, "the epoch is on the clouds");
        let shared = Shared {
            key: vault.key.content_key(descriptor.repository, *number),
            need: descriptor.need,
            level: vault.settings.vault.compression_level,
            ledger: Arc::clone(ledger),
            stop: Stop::default(),
            counters: Counters::default(),
            spare: Spare::default(),
            turn: Mutex::new(()),
            observer: Arc::clone(&begun.observer),
        };
        let sealing = SealingKey {
            key,
            repository: descriptor.repository,
            generation: *number,
            code: Code::new(descriptor.need, descriptor.clouds)?,
        };
        let before = ledger.contents().ended;
        Ok(Self {
            pipeline: Pipeline {
                shared: Arc::new(shared),
                fleet: Arc::clone(&begun.fleet),
                sealing,
                epoch,
            },
            begun,
            run,
            taken_at,
            before,
        })
    }

    /// Reads, cuts and stores the sources.
    pub(super) async fn cut(
        &self,
        sources: Vec<Box<dyn Feed>>,
    ) -> Result<Vec<CutSource>, BackupError> {
        let state = self.begun.current.state.clone();
        self.pipeline
            .phase(move |inlet| cutting::cut_all(sources, &inlet, &state))
            .await
    }

    /// Stores the manifests, catalogue and head.
    pub(super) async fn end(
        &self,
        vault: &Vault,
        sources: Vec<CutSource>,
        signing: &SigningKeys,
        options: &RunOptions,
    ) -> Result<Done, BackupError> {
        let listed = sources.iter().map(summed).collect();
        let counters = &self.pipeline.shared.counters;
        let figures = Figures {
            read: sources.iter().map(|source| source.bytes).sum(),
            new: counters.new.load(Ordering::Relaxed),
            compressed: counters.compressed.load(Ordering::Relaxed),
        };
        if let Some(before) = self.before {
            let same = !self.begun.current.is_new;
            for sign in alarm::signs(before.figures, figures, same) {
                self.begun.observer.warn(&sign);
            }
        }
        let written = manifests::write(&self.pipeline, sources, self.taken_at).await?;
        let here = self.begun.current.state.folder.clone();
        self.begun.observer.reached(Step::PacksDone).at(&here)?;
        let created = options.clock.now();
        let days = vault.settings.vault.head_valid_days.get();
        let dates = Dates {
            created,
            expires: created + TimeDelta::days(days.into()),
        };
        let generation = &self.begun.current.state;
        let hold = ending::prepare(
            &self.pipeline,
            generation,
            self.run,
            written,
            dates,
            figures,
            (&vault.key, signing),
        )
        .await?;
        let (witness, holders) = ending::finish(
            &self.begun.fleet,
            &vault.state,
            generation,
            &self.begun.current.ledger,
            &signing.verifying()?,
            self.begun.observer.as_ref(),
        )
        .await?;
        if let Some(path) = &options.witness {
            files::append_line(path, &witness.to_string()).at(path)?;
        }
        let fewest = hold.fewest.min(holders.count());
        Ok(Done {
            witness,
            dates,
            survives: fewest.saturating_sub(vault.descriptor.need),
            sources: listed,
            figures,
        })
    }

    /// What it did.
    pub(super) fn summary(
        &self,
        done: Done,
        seconds: Seconds,
        warnings: Vec<String>,
    ) -> RunSummary {
        let code = self.pipeline.sealing.code;
        let counters = &self.pipeline.shared.counters;
        let stored = counters.stored.load(Ordering::Relaxed);
        // With the manifests, unlike the figures of the sources.
        let compressed = counters.compressed.load(Ordering::Relaxed);
        let lost = self.begun.fleet.lost();
        let fault_of = |number| lost.iter().find(|fault| fault.number == number);
        let members = self.begun.fleet.members().iter();
        let clouds = members
            .zip(&self.begun.sent_before)
            .map(|(member, before)| {
                let traffic = member.cloud.traffic();
                CloudSummary {
                    number: member.cloud.number(),
                    name: member.cloud.name().to_owned(),
                    sent: traffic.sent.saturating_sub(before.0),
                    sent_again: traffic.sent_again.saturating_sub(before.1),
                    fault: fault_of(member.cloud.number()).map(ToString::to_string),
                }
            });
        let unopened = lost.iter().filter(|fault| {
            let mut members = self.begun.fleet.members().iter();
            members.all(|member| member.cloud.number() != fault.number)
        });
        let unopened = unopened.map(|fault| CloudSummary {
            number: fault.number,
            name: fault.cloud.clone(),
            sent: 0,
            sent_again: 0,
            fault: Some(fault.to_string()),
        });
        let is_whole = done.survives >= code.clouds() - code.need();
        RunSummary {
            status: if is_whole { Status::Green } else { Status::Red },
            sequence: done.witness.sequence.get(),
            witness: done.witness.to_string(),
            run: self.run.to_string(),
            generation: self.begun.current.number.get(),
            new_generation: self.begun.current.is_new,
            created: done.dates.created,
            expires: done.dates.expires,
            survives: done.survives,
            need: code.need(),
            clouds: code.clouds(),
            sources: done.sources,
            bytes_read: done.figures.read,
            bytes_new: done.figures.new,
            bytes_compressed: done.figures.compressed,
            bytes_stored: stored,
            packs: counters.packs.load(Ordering::Relaxed),
            overhead: ratio(stored, compressed),
            overhead_formula: f64::from(code.clouds()) / f64::from(code.need()),
            dedup_ratio: ratio(done.figures.read, done.figures.new),
            stored: clouds.chain(unopened).collect(),
            bytes_resent: self.begun.lost_bytes,
            finished_earlier: self.begun.finished_earlier.map(|one| one.to_string()),
            warnings,
            seconds,
        }
    }
}

async fn put_epoch(
    vault: &Vault,
    begun: &Begun,
    signing: &SigningKeys,
    now: DateTime<Utc>,
    run: Run,
) -> Result<(EpochKey, crate::object::Epoch, Hash32), BackupError> {
    let descriptor = &vault.descriptor;
    let Current {
        number,
        public,
        ledger,
        state,
        ..
    } = &begun.current;
    let repository = descriptor.repository;
    let (key, parts) = EpochSecret::create(
        public,
        repository,
        *number,
        descriptor.need,
        descriptor.clouds,
    )?;
    let object = EpochObject::new(repository, *number, now, &parts);
    let envelope = Envelope::seal(ObjectKind::Epoch, &object.to_bytes()?, signing)?;
    let hash = envelope.hash();
    let shared = parts.shares.iter().map(|share| {
        let own = envelope.clone().with_share(share.expose());
        Ok(Bytes::from(own.to_bytes()?))
    });
    let objects = shared.collect::<Result<Vec<_>, BackupError>>()?;
    let holders = begun
        .fleet
        .put(|member| {
            let place = usize::from(member.cloud.number()).checked_sub(1)?;
            Some((
                member.names.epoch(&parts.epoch),
                objects.get(place)?.clone(),
            ))
        })
        .await;
    begun.fleet.enough(holders, "took the epoch")?;
    begun.observer.reached(Step::EpochPut).at(&state.folder)?;
    ledger.record(Record::Begun {
        run,
        epoch: parts.epoch,
        epoch_hash: hash,
        holders,
        at: now,
    })?;
    begun.observer.reached(Step::RunBegun).at(&state.folder)?;
    Ok((key, parts.epoch, hash))
}

fn summed(source: &CutSource) -> SourceSummary {
    SourceSummary {
        name: source.head.name.clone(),
        kind: source.head.kind.word(),
        files: source.count(),
        rows: source.rows,
        bytes: source.bytes,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a ratio for people")]
fn ratio(whole: u64, part: u64) -> f64 {
    if part == 0 {
        return 0.0;
    }
    whole as f64 / part as f64
}
