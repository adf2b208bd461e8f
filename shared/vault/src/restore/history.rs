//! The restore points of a vault as its clouds show them: which is the newest, who is behind, and whether anyone cheats.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream;

use super::find::{Found, fault};
use super::{Refusal, RestoreError};
use crate::cloud::{Cloud, Kind};
use crate::object::{
    CloudId, CloudNumber, ENVELOPE_AT_MOST, Envelope, Hash32, Head, ObjectFault, ObjectKind,
    Sequence, Witness, folders, head_sequence,
};

/// How many heads of one cloud may prove worthless before the rest of them is not looked at.
const WORTHLESS: usize = 32;

/// How many heads before the newest are looked at, at least: forks show there.
const LOOK_BACK: u64 = 8;

/// How many sequences are read at once.
const AT_ONCE: usize = 8;

/// A head that proves itself, and the clouds that hold it.
#[derive(Debug, Clone)]
pub struct Point {
    /// What the head says.
    pub head: Head,
    /// The hash of the head; with the sequence it is the witness of the run.
    pub hash: Hash32,
    /// The clouds that hold it, by number.
    pub clouds: BTreeSet<u8>,
    /// The head as it was signed.
    pub(crate) envelope: Envelope,
}

impl Point {
    /// The witness of this restore point.
    #[must_use]
    pub fn witness(&self) -> Witness {
        Witness {
            sequence: self.head.sequence,
            hash: self.hash,
        }
    }

    /// Whether it is past its expiry: backups have stopped.
    #[must_use]
    pub fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.head.expires < now
    }
}

/// The restore points of a vault, as far back as they were looked at.
#[derive(Debug)]
pub struct History {
    /// By sequence, oldest first; never empty.
    pub points: BTreeMap<Sequence, Point>,
    /// For every cloud that was asked, the newest sequence it holds.
    pub newest_on: BTreeMap<u8, Option<Sequence>>,
    /// What the operator must know.
    pub warnings: Vec<String>,
}

/// What one cloud says that it has, newest first.
struct Claimed {
    cloud: Arc<dyn Cloud>,
    heads: BTreeMap<Sequence, Vec<String>>,
}

/// A valid head, and who showed it.
type Shown = (u8, Head, Hash32, Envelope);

impl History {
    /// Reads the newest heads of all clouds, and those before them as far as `back_to` (at least as far as the cloud that
    /// is furthest behind), and proves that they are one chain.
    ///
    /// # Errors
    /// [`Refusal::Empty`], [`Refusal::Fork`], [`Refusal::BrokenChain`].
    pub async fn read(found: &Found, back_to: Option<Sequence>) -> Result<Self, RestoreError> {
        let claimed = claims(found).await;
        let mut newest_on = BTreeMap::new();
        let newest = join_all(claimed.iter().map(|one| newest_of(found, one))).await;
        for (one, newest) in claimed.iter().zip(newest) {
            newest_on.insert(one.cloud.number(), newest);
        }
        let (Some(newest), oldest) = (
            newest_on.values().flatten().max().copied(),
            newest_on.values().flatten().min().copied(),
        ) else {
            return Err(Refusal::Empty.into());
        };
        let from = [oldest, back_to]
            .into_iter()
            .flatten()
            .map(Sequence::get)
            .min()
            .unwrap_or(1)
            .min(newest.get().saturating_sub(LOOK_BACK))
            .max(1);
        let wanted: BTreeSet<Sequence> = claimed
            .iter()
            .flat_map(|one| one.heads.keys())
            .filter(|sequence| sequence.get() >= from && **sequence <= newest)
            .copied()
            .collect();
        let claimed = &claimed;
        let reads = wanted.into_iter().map(|sequence| async move {
            let reads = claimed.iter().map(|one| heads(found, one, sequence));
            let shown: Vec<Shown> = join_all(reads).await.into_iter().flatten().collect();
            (sequence, shown)
        });
        let mut read = stream::iter(reads).buffered(AT_ONCE);
        let mut points = BTreeMap::new();
        while let Some((sequence, shown)) = read.next().await {
            if let Some(point) = agree(sequence, shown)? {
                points.insert(sequence, point);
            }
        }
        let mut history = Self {
            points,
            newest_on,
            warnings: Vec::new(),
        };
        history.prove_chain()?;
        Ok(history)
    }

    /// The newest restore point.
    ///
    /// # Errors
    /// [`Refusal::Empty`]; a history that was read always has one.
    pub fn newest(&self) -> Result<&Point, Refusal> {
        self.points.values().next_back().ok_or(Refusal::Empty)
    }

    /// The clouds that do not hold this restore point though they answer: number and the newest sequence they hold.
    #[must_use]
    pub fn behind(&self, point: &Point) -> Vec<(u8, Option<Sequence>)> {
        self.newest_on
            .iter()
            .filter(|(number, _)| !point.clouds.contains(number))
            .map(|(number, newest)| (*number, *newest))
            .collect()
    }

    fn prove_chain(&mut self) -> Result<(), Refusal> {
        let points: Vec<&Point> = self.points.values().collect();
        for two in points.windows(2) {
            let (before, after) = (two[0], two[1]);
            let follows = before.head.sequence.next() == Some(after.head.sequence);
            if follows && after.head.previous != Some(before.hash) {
                let sequence = after.head.sequence.get();
                return Err(Refusal::BrokenChain { sequence });
            }
            if !follows {
                self.warnings.push(format!(
                    "no reachable cloud holds the backups between {} and {}: the chain cannot be followed there",
                    before.head.sequence, after.head.sequence
                ));
            }
        }
        Ok(())
    }

    /// Holds the history to what a witness knows. `older_is_asked` when the operator named an older point on purpose.
    ///
    /// # Errors
    /// [`Refusal::RolledBack`], [`Refusal::OtherHistory`].
    pub fn testify(&mut self, witness: &Witness, older_is_asked: bool) -> Result<(), Refusal> {
        let newest = self.newest()?.head.sequence;
        if newest < witness.sequence {
            let refusal = Refusal::RolledBack {
                newest: newest.get(),
                witness: witness.sequence.get(),
            };
            if !older_is_asked {
                return Err(refusal);
            }
            self.warnings.push(refusal.to_string());
            return Ok(());
        }
        let own = self.points.get(&witness.sequence).map(|point| point.hash);
        let named = witness
            .sequence
            .next()
            .and_then(|next| self.points.get(&next))
            .and_then(|point| point.head.previous);
        match own.or(named) {
            Some(hash) if hash == witness.hash => Ok(()),
            Some(_) => Err(Refusal::OtherHistory {
                sequence: witness.sequence.get(),
            }),
            None => {
                self.warnings.push(format!(
                    "the witness is of backup {}, which no reachable cloud holds any more: only its age could be compared",
                    witness.sequence
                ));
                Ok(())
            }
        }
    }
}

async fn claims(found: &Found) -> Vec<Claimed> {
    let lists = found.clouds.iter().map(|cloud| async move {
        let id = found.folder(cloud.number())?;
        match cloud.list(&folders::heads(id)).await {
            Ok(listed) => {
                let mut heads: BTreeMap<Sequence, Vec<String>> = BTreeMap::new();
                for object in listed {
                    if let Some(sequence) = head_sequence(&object.name) {
                        heads.entry(sequence).or_default().push(object.name);
                    }
                }
                let cloud = Arc::clone(cloud);
                Some(Claimed { cloud, heads })
            }
            Err(error) => {
                found.clouds.blames().enter(&error);
                None
            }
        }
    });
    join_all(lists).await.into_iter().flatten().collect()
}

/// The newest sequence of which a cloud shows a head that proves itself.
async fn newest_of(found: &Found, one: &Claimed) -> Option<Sequence> {
    for sequence in one.heads.keys().rev().take(WORTHLESS) {
        if !heads(found, one, *sequence).await.is_empty() {
            return Some(*sequence);
        }
    }
    None
}

/// The heads of a sequence on a cloud that prove themselves; what does not is entered into the ledger.
async fn heads(found: &Found, one: &Claimed, sequence: Sequence) -> Vec<Shown> {
    let cloud = &one.cloud;
    let mut good = Vec::new();
    let names = one.heads.get(&sequence).map_or(&[][..], Vec::as_slice);
    for name in names.iter().take(WORTHLESS) {
        let wrong = |detail: String| {
            found
                .clouds
                .blames()
                .enter(&fault(cloud, name, Kind::Differs, detail));
        };
        let bytes = match cloud.get(name, ENVELOPE_AT_MOST).await {
            Ok(bytes) => bytes,
            Err(error) => {
                found.clouds.blames().enter(&error);
                continue;
            }
        };
        let read = || {
            let envelope = Envelope::parse(ObjectKind::Head, &bytes)?;
            let opened = envelope.clone().verified(ObjectKind::Head, &found.keys)?;
            Ok::<_, ObjectFault>((Head::from_bytes(&opened.payload)?, opened.hash, envelope))
        };
        match read() {
            Ok((head, hash, envelope)) if found.is_own(&head, sequence) => {
                good.push((cloud.number(), head, hash, envelope));
            }
            Ok(_) => wrong("a head of another backup or vault".to_owned()),
            Err(error) => wrong(error.to_string()),
        }
    }
    good
}

/// The one head that all clouds show for a sequence.
fn agree(sequence: Sequence, shown: Vec<Shown>) -> Result<Option<Point>, Refusal> {
    let mut versions: BTreeMap<Hash32, Point> = BTreeMap::new();
    for (number, head, hash, envelope) in shown {
        let point = versions.entry(hash).or_insert_with(|| Point {
            head,
            hash,
            clouds: BTreeSet::new(),
            envelope,
        });
        point.clouds.insert(number);
    }
    if versions.len() > 1 {
        let versions = versions.iter().map(|(hash, point)| {
            let clouds: Vec<_> = point.clouds.iter().map(u8::to_string).collect();
            format!("{hash} on cloud {}", clouds.join(", "))
        });
        return Err(Refusal::Fork {
            sequence: sequence.get(),
            versions: versions.collect(),
        });
    }
    Ok(versions.into_values().next())
}

impl Found {
    /// The folder of the vault on the cloud of this number.
    #[must_use]
    pub fn folder(&self, number: u8) -> Option<CloudId> {
        self.descriptor.cloud_id(CloudNumber::new(number)?)
    }

    fn is_own(&self, head: &Head, sequence: Sequence) -> bool {
        head.sequence == sequence
            && head.repository == self.descriptor.repository
            && (head.need, head.clouds) == (self.descriptor.need, self.descriptor.clouds)
    }
}
