//! Opens a restore point: from clouds and custodians to a plan.

use std::collections::HashSet;

use chrono::TimeDelta;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use runtime::clock::SharedClock;

use super::choice::{Candidate, Choice};
use super::extents::Decoder;
use super::find::{Found, Whereabouts, find};
use super::history::{History, Point};
use super::packs::Packs;
use super::plan::{PlannedSource, check_counts};
use super::run::Plan;
use super::unlock::{Unlocked, unlock};
use super::{Refusal, RestoreError};
use crate::keys::{GenerationSecret, MasterPublic, MasterSecret};
use crate::object::{
    Extent, Hash32, Manifest as _, RepositoryId, RootManifest, RootPointer, Sequence,
    SourceManifest, Witness,
};

/// How far a head's time may be ahead of this machine's before it is said.
const SKEW: TimeDelta = TimeDelta::minutes(10);

/// How many packs of manifests are fetched at once.
const AT_ONCE: usize = 4;

/// Which restore point is wanted, and what is known of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked {
    /// An older restore point; the newest, when nothing is said.
    pub at: Option<Sequence>,
    /// What someone outside the clouds knows of the newest run.
    pub witness: Option<Witness>,
}

/// A restore point that is open: everything that is needed to read it is there.
pub struct Restore {
    found: Found,
    point: Point,
    unlocked: Unlocked,
    warnings: Vec<String>,
}

impl std::fmt::Debug for Restore {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Restore")
            .field("fingerprint", &self.found.fingerprint)
            .field("point", &self.point.witness())
            .finish_non_exhaustive()
    }
}

impl Restore {
    /// Finds the vault, chooses the restore point, and opens its generation with the master key that `custodians` give for the
    /// vault's `master.pub`. Nothing is written.
    ///
    /// # Errors
    /// A [`Refusal`] when clouds, witness or custodians do not suffice or contradict each other.
    pub async fn open(
        place: &Whereabouts,
        asked: Asked,
        custodians: impl FnOnce(&MasterPublic) -> Result<MasterSecret, RestoreError>,
        clock: &SharedClock,
    ) -> Result<Self, RestoreError> {
        let found = find(place, clock).await?;
        let witnessed = asked.witness.map(|witness| witness.sequence);
        let back_to = [asked.at, witnessed].into_iter().flatten().min();
        let mut history = History::read(&found, back_to).await?;
        if let Some(witness) = &asked.witness {
            history.testify(witness, asked.at.is_some())?;
        }
        let point = choose(&history, asked.at)?.clone();
        let mut warnings = std::mem::take(&mut history.warnings);
        warnings.extend(concerns(&found, &history, &point, clock));
        let master = custodians(&found.descriptor.master)?;
        let unlocked = unlock(&found, point.head.generation, &master).await?;
        Ok(Self {
            found,
            point,
            unlocked,
            warnings,
        })
    }

    /// The fingerprint of the vault, to be compared with the one that people know.
    #[must_use]
    pub fn fingerprint(&self) -> Hash32 {
        self.found.fingerprint
    }

    /// The vault.
    #[must_use]
    pub fn repository(&self) -> RepositoryId {
        self.found.descriptor.repository
    }

    /// The restore point.
    #[must_use]
    pub fn point(&self) -> &Point {
        &self.point
    }

    /// What the operator must know before going on.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Reads the manifests of what is wanted, and makes sure by the clouds' lists that enough of every pack is there. Nothing
    /// is written, and of the data nothing is fetched.
    ///
    /// # Errors
    /// [`RestoreError::Usage`] when the restore point does not hold what is wanted; a [`Refusal`] when too little is left.
    pub async fn plan(self, choice: &Choice) -> Result<Plan, RestoreError> {
        choice.check()?;
        let Self {
            found,
            point,
            unlocked,
            mut warnings,
        } = self;
        if choice.key.is_some() {
            let said = "a key is found by the order of the table: if the table is not ordered by its key, restore all of it";
            warnings.push(said.to_owned());
        }
        let identity = format!(
            "lifeboat-restore/1 {} {} {choice:?}",
            found.fingerprint,
            point.witness()
        );
        let (mut packs, root) = root(found, &point, &unlocked).await?;
        let secret = &unlocked.generation;
        let root_places = packs.places(&root.packs)?;
        let candidates: Vec<Candidate<'_>> = root.sources.iter().map(Candidate::from).collect();
        let mut sources = Vec::new();
        let mut needed: HashSet<usize> = HashSet::new();
        for at in choice.sources(&candidates)? {
            let entry = root.sources[at].clone();
            let bytes = read(&mut packs, secret, &root_places, &entry.extents).await?;
            let manifest = SourceManifest::from_bytes(&bytes).map_err(contradiction)?;
            check_counts(&entry, &manifest)?;
            let places = packs.places(&manifest.packs)?;
            let source = PlannedSource::new(entry, manifest, places, choice);
            needed.extend(source.needed()?);
            sources.push(source);
        }
        PlannedSource::check(&sources, choice)?;
        learn(&mut packs, secret, needed.iter().copied()).await?;
        packs.check_listed(&needed).await?;
        Ok(Plan::new(
            packs, point, &root, sources, &needed, identity, warnings,
        ))
    }
}

fn contradiction(error: impl std::fmt::Display) -> Refusal {
    Refusal::Contradiction(error.to_string())
}

fn choose(history: &History, at: Option<Sequence>) -> Result<&Point, RestoreError> {
    let Some(at) = at else {
        return Ok(history.newest()?);
    };
    history.points.get(&at).ok_or_else(|| {
        RestoreError::Usage(format!(
            "no cloud holds backup {at}; `lifeboat restore --list` shows those there are"
        ))
    })
}

/// What the operator must know of a restore point.
fn concerns(found: &Found, history: &History, point: &Point, clock: &SharedClock) -> Vec<String> {
    let mut said = Vec::new();
    let now = clock.now();
    let head = &point.head;
    if point.is_expired(now) {
        said.push(format!(
            "backup {} of {} expired on {}: newer ones should be there; the data is as good as it was",
            head.sequence, head.created, head.expires
        ));
    }
    if head.created > now + SKEW {
        said.push(format!(
            "backup {} is of {}, which has not come yet: this machine's clock or that of the backup host is wrong",
            head.sequence, head.created
        ));
    }
    for (number, newest) in history.behind(point) {
        let name = found.clouds.cloud(number).map_or("", |cloud| cloud.name());
        said.push(match newest {
            Some(newest) if newest < head.sequence => {
                format!("cloud {number} ({name}) is behind: its newest backup is {newest}")
            }
            Some(_) => format!(
                "cloud {number} ({name}) lacks the head of backup {}",
                head.sequence
            ),
            None => format!("cloud {number} ({name}) shows no backup"),
        });
    }
    said
}

/// The root manifest of a restore point, and its packs.
async fn root(
    found: Found,
    point: &Point,
    unlocked: &Unlocked,
) -> Result<(Packs, RootManifest), RestoreError> {
    let head = &point.head;
    let names = found.names(&unlocked.repository_key);
    let (catalogue, _) = found
        .catalogue(&names, &unlocked.repository_key, point)
        .await?;
    let own = catalogue
        .epochs
        .iter()
        .position(|epoch| *epoch == (head.epoch, head.epoch_hash))
        .and_then(|own| u32::try_from(own).ok())
        .ok_or_else(|| contradiction("the catalogue does not name the backup's own epoch"))?;
    let content_key = unlocked
        .repository_key
        .content_key(head.repository, head.generation);
    let mut packs = Packs::new(found, names, catalogue, head.generation, content_key)?;
    packs.learn_epoch(&unlocked.generation, own).await?;
    let key = packs
        .epoch_key(own)
        .ok_or_else(|| contradiction("an epoch is gone"))?;
    let pointer = RootPointer::open(head, key).map_err(contradiction)?;
    let places = packs.places(&pointer.packs)?;
    let bytes = read(&mut packs, &unlocked.generation, &places, &pointer.extents).await?;
    let root = RootManifest::from_bytes(&bytes).map_err(contradiction)?;
    Ok((packs, root))
}

/// Opens the epochs that packs need.
async fn learn(
    packs: &mut Packs,
    secret: &GenerationSecret,
    places: impl Iterator<Item = usize>,
) -> Result<(), RestoreError> {
    for epoch in packs.epochs_of(places) {
        packs.learn_epoch(secret, epoch).await?;
    }
    Ok(())
}

/// The bytes of these extents, one after the other.
async fn read(
    packs: &mut Packs,
    secret: &GenerationSecret,
    places: &[usize],
    extents: &[Extent],
) -> Result<Vec<u8>, RestoreError> {
    let place = |extent: &Extent| places[extent.pack as usize];
    learn(packs, secret, extents.iter().map(place)).await?;
    // Owned, so that the futures are those of any thread.
    let runs: Vec<(usize, Vec<Extent>)> = extents
        .chunk_by(|a, b| a.pack == b.pack)
        .map(|run| (place(&run[0]), run.to_vec()))
        .collect();
    let packs = &*packs;
    let mut fetched = stream::iter(runs)
        .map(|(place, run)| async move { Ok::<_, RestoreError>((run, packs.fetch(place).await?)) })
        .buffered(AT_ONCE);
    let mut bytes = Vec::new();
    while let Some((run, fetched)) = fetched.try_next().await? {
        let content = packs.open(fetched)?;
        let mut decoder = Decoder::new(packs.content_key())?;
        for extent in &run {
            bytes.extend_from_slice(&decoder.decode(extent, &content)?);
        }
    }
    Ok(bytes)
}
