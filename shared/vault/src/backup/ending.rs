//! The end of a run: catalogue, head, and what the next run needs. An end that was interrupted is brought to its end first.

use std::collections::HashMap;
use std::fs;

use bytes::Bytes;
use chrono::{DateTime, Utc};

use super::error::At as _;
use super::fleet::Fleet;
use super::journal::{Figures, Record};
use super::ledger::{Contents, Ledger};
use super::manifests::Written;
use super::pipeline::Pipeline;
use super::state::{GenerationState, State};
use super::{BackupError, Holders, Observer, Step, files};
use crate::object::{
    Catalogue, Envelope, Head, HeadParts, ObjectFault, ObjectKind, RepositoryKey, Run, SigningKeys,
    VerifyingKeys, Witness,
};

/// What a head says besides what the run stored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dates {
    pub(crate) created: DateTime<Utc>,
    pub(crate) expires: DateTime<Utc>,
}

/// How well a restore point is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hold {
    /// The clouds that have all of it.
    pub(crate) whole: Holders,
    /// The fewest clouds that have any one object of it.
    pub(crate) fewest: u8,
}

impl Hold {
    fn and(self, holders: Holders) -> Self {
        Self {
            whole: self.whole.and(holders),
            fewest: self.fewest.min(holders.count()),
        }
    }
}

/// Puts the catalogue on the clouds, and keeps it with the head in the state folder.
pub(crate) async fn prepare(
    pipeline: &Pipeline,
    generation: &GenerationState,
    run: Run,
    written: Written,
    dates: Dates,
    figures: Figures,
    keys: (&RepositoryKey, &SigningKeys),
) -> Result<Hold, BackupError> {
    let (shared, fleet) = (&pipeline.shared, &pipeline.fleet);
    let sealing = &pipeline.sealing;
    let clouds = sealing.code.clouds();
    let (catalogue, hold, previous) = {
        let contents = shared.ledger.contents();
        let (catalogue, hold) =
            catalogue(&contents, &written, pipeline.epoch, clouds, fleet.live())?;
        let previous = contents.ended.map(|ended| Witness {
            sequence: ended.sequence,
            hash: ended.hash,
        });
        (catalogue, hold, previous)
    };
    let sealed = catalogue.seal(&keys.0.catalogue_key(sealing.repository, run), run)?;
    let mut hold = hold;
    for (j, piece) in (0..).zip(sealed.pieces) {
        let piece = Bytes::from(piece);
        let holders = fleet
            .put(|member| Some((member.names.catalogue(&run, j), piece.clone())))
            .await;
        hold = hold.and(holders);
    }
    fleet.enough(hold.whole, "hold the restore point whole")?;
    let observer = shared.observer.as_ref();
    observer
        .reached(Step::CataloguePut)
        .at("the run".as_ref())?;
    let epoch = catalogue
        .epochs
        .iter()
        .find(|(epoch, _)| *epoch == pipeline.epoch)
        .copied()
        .ok_or_else(|| ObjectFault::new("catalogue", "epochs", "the run's own is missing"))?;
    let head = Head::new(HeadParts {
        repository: sealing.repository,
        generation: sealing.generation,
        previous,
        run,
        created: dates.created,
        expires: dates.expires,
        need: sealing.code.need(),
        clouds,
        epoch,
        catalogue: sealed.reference,
        fragments_root: catalogue.fragments_root(),
        root: written.root.seal(&sealing.key, sealing.repository, run)?,
    })?;
    let envelope = Envelope::seal(ObjectKind::Head, &head.to_bytes()?, keys.1)?;
    let folder = generation.ending();
    files::make_folder(&folder).at(&folder)?;
    let parts = [
        ("catalogue", catalogue.to_bytes()?),
        ("head", envelope.to_bytes()?),
    ];
    for (name, bytes) in parts {
        let path = folder.join(name);
        files::write(&path, &bytes).at(&path)?;
    }
    observer.reached(Step::HeadMade).at(&folder)?;
    shared.ledger.record(Record::Ending {
        run,
        sequence: head.sequence,
        figures,
    })?;
    observer.reached(Step::EndingNoted).at(&folder)?;
    Ok(hold)
}

fn catalogue(
    contents: &Contents,
    written: &Written,
    own: crate::object::Epoch,
    clouds: u8,
    live: Holders,
) -> Result<(Catalogue, Hold), BackupError> {
    let mut hold = Hold {
        whole: live,
        fewest: live.count(),
    };
    let mut places = HashMap::new();
    let mut epochs = Vec::new();
    let mut listed = |number: u32, hold: &mut Hold| {
        *places.entry(number).or_insert_with(|| {
            if let Some(line) = contents.epochs.get(number as usize) {
                *hold = hold.and(line.holders.and(live));
                epochs.push((line.epoch, line.hash));
            }
            // As many as there are packs at most.
            u32::try_from(epochs.len().saturating_sub(1)).unwrap_or(u32::MAX)
        })
    };
    let mut packs = Vec::with_capacity(written.packs.len());
    for number in &written.packs {
        if let Some(pack) = contents.packs.get(*number as usize) {
            hold = hold.and(pack.holders.and(live));
            packs.push(pack.in_catalogue(listed(pack.epoch, &mut hold)));
        }
    }
    let own = contents.epochs.iter().rposition(|line| line.epoch == own);
    if let Some(own) = own.and_then(|own| u32::try_from(own).ok()) {
        listed(own, &mut hold);
    }
    Ok((Catalogue::new(clouds, epochs, packs)?, hold))
}

/// Puts the head that lies in the state folder onto the clouds, and ends the run.
pub(crate) async fn finish(
    fleet: &Fleet,
    state: &State,
    generation: &GenerationState,
    ledger: &Ledger,
    keys: &VerifyingKeys,
    observer: &dyn Observer,
) -> Result<(Witness, Holders), BackupError> {
    let path = generation.ending().join("head");
    let (head, witness, bytes) = kept_head(generation, keys)?;
    let bytes = Bytes::from(bytes);
    let holders = fleet
        .put(|member| Some((member.names.head(head.sequence), bytes.clone())))
        .await;
    fleet.enough(holders, "took the head")?;
    observer.reached(Step::HeadPut).at(&path)?;
    let ending = ledger.contents().unfinished();
    let figures = ending
        .and_then(|run| run.ending)
        .map(|(_, figures)| figures);
    ledger.record(Record::Ended {
        run: head.run,
        sequence: head.sequence,
        hash: witness.hash,
        holders,
        figures: figures.unwrap_or_default(),
    })?;
    observer.reached(Step::RunEnded).at(&path)?;
    promote(state, generation, &head, witness)?;
    observer.reached(Step::StatePromoted).at(&path)?;
    Ok((witness, holders))
}

/// The head in the folder of endings.
fn kept_head(
    generation: &GenerationState,
    keys: &VerifyingKeys,
) -> Result<(Head, Witness, Vec<u8>), BackupError> {
    let path = generation.ending().join("head");
    let bytes = fs::read(&path).at(&path)?;
    let opened = Envelope::open(ObjectKind::Head, &bytes, keys)?;
    let head = Head::from_bytes(&opened.payload)?;
    let witness = Witness {
        sequence: head.sequence,
        hash: opened.hash,
    };
    Ok((head, witness, bytes))
}

/// Puts what the next run needs into its place. May be done again after a crash.
fn promote(
    state: &State,
    generation: &GenerationState,
    head: &Head,
    witness: Witness,
) -> Result<(), BackupError> {
    let run = generation.run();
    files::move_all(&run, &generation.seen()).at(&run)?;
    let log = state.witness_log();
    let line = format!("{} {witness}", head.created.format("%Y-%m-%dT%H:%M:%SZ"));
    let is_there = fs::read_to_string(&log).is_ok_and(|text| text.lines().any(|one| one == line));
    if !is_there {
        files::append_line(&log, &line).at(&log)?;
    }
    let ending = generation.ending();
    for (name, to) in [
        ("catalogue", state.catalogue_file(head.sequence)),
        ("head", state.head_file(head.sequence)),
    ] {
        let from = ending.join(name);
        if from.exists() {
            fs::rename(&from, &to).at(&to)?;
        }
    }
    fs::remove_dir_all(&ending).at(&ending)
}

/// What an earlier run left of its end.
pub(crate) enum Left {
    Nothing,
    /// The head may not be on the clouds: call [`finish`].
    Head,
}

/// Looks for an end that was interrupted, and does what can be done of it without clouds.
pub(crate) fn recover(
    state: &State,
    generation: &GenerationState,
    ledger: &Ledger,
    keys: &VerifyingKeys,
) -> Result<Left, BackupError> {
    let folder = generation.ending();
    if !folder.exists() {
        return Ok(Left::Nothing);
    }
    let (ended, unfinished) = {
        let contents = ledger.contents();
        (contents.ended, contents.unfinished())
    };
    if unfinished.is_some_and(|run| run.ending.is_some()) {
        return Ok(Left::Head);
    }
    if unfinished.is_none()
        && folder.join("head").exists()
        && let Ok((head, witness, _)) = kept_head(generation, keys)
        && ended.is_some_and(|ended| ended.hash == witness.hash)
    {
        promote(state, generation, &head, witness)?;
        return Ok(Left::Nothing);
    }
    // Never noted in the journal, so never sent; or promoted but for the folder.
    fs::remove_dir_all(&folder).at(&folder)?;
    Ok(Left::Nothing)
}
