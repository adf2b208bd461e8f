//! What should be on the clouds.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::join_all;
use runtime::clock::SharedClock;
use serde::Serialize;

use crate::cloud::{Cloud, CloudError, Kind};
use crate::keys::{EpochShare, MasterPublic, MasterSecret};
use crate::object::{
    CATALOGUE_PIECE, Catalogue, CataloguePack, CloudNumber, Descriptor, ENVELOPE_AT_MOST, Envelope,
    Epoch, Generation, Hash32, Names, ObjectKind, PackId, RepositoryKey, Run, Sequence,
};
use crate::pack::{Class, Code};
use crate::restore::find::{Found, Whereabouts, fault, find};
use crate::restore::unlock::{epoch_object, keyring, unlock};
use crate::restore::{History, Point, Refusal, RestoreError};

/// Which restore points count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The newest only.
    Newest,
    /// All that the clouds still hold.
    All,
}

/// An object that should be on every cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Thing {
    /// The descriptor.
    Descriptor,
    /// The keyring of a generation.
    Keyring(Generation),
    /// An epoch with the cloud's share.
    Epoch(Epoch),
    /// A fragment of a pack.
    Fragment(PackId),
    /// A piece of a run's catalogue.
    Catalogue(Run, u32),
    /// A head. Written last: where it is, the rest should be.
    Head(Sequence),
}

/// One who looks after a vault.
#[derive(Debug)]
pub struct Keeper {
    pub(super) found: Found,
    pub(super) key: RepositoryKey,
    pub(super) names: BTreeMap<u8, Names>,
    pub(super) clock: SharedClock,
}

impl Keeper {
    /// Finds the vault.
    ///
    /// # Errors
    /// As of [`find`].
    pub async fn open(
        place: &Whereabouts,
        key: RepositoryKey,
        clock: &SharedClock,
    ) -> Result<Self, RestoreError> {
        let found = find(place, clock).await?;
        Ok(Self {
            names: found.names(&key),
            found,
            key,
            clock: Arc::clone(clock),
        })
    }

    /// Finds the vault, and takes the repository key from the keyring of its newest generation with the master key that `custodians`
    /// give: for when the backup host is lost, which alone has that key otherwise.
    ///
    /// # Errors
    /// As of [`find`], and those of `custodians`; a refusal when there is no restore point, or no keyring that opens.
    pub async fn with_custodians(
        place: &Whereabouts,
        custodians: impl FnOnce(&MasterPublic) -> Result<MasterSecret, RestoreError>,
        clock: &SharedClock,
    ) -> Result<Self, RestoreError> {
        let found = find(place, clock).await?;
        let generation = History::read(&found, None).await?.newest()?.head.generation;
        let master = custodians(&found.descriptor.master)?;
        let key = unlock(&found, generation, &master).await?.repository_key;
        Ok(Self {
            names: found.names(&key),
            found,
            key,
            clock: Arc::clone(clock),
        })
    }

    /// What the clouds did wrong so far.
    #[must_use]
    pub fn found(&self) -> &Found {
        &self.found
    }

    /// The clouds of the vault by number, and those among them that answer.
    pub(super) fn each(&self) -> impl Iterator<Item = (u8, Option<&Arc<dyn Cloud>>)> {
        (1..=self.found.descriptor.clouds).map(|number| (number, self.found.clouds.cloud(number)))
    }

    /// What a cloud is called; one that does not answer is known by its fault.
    pub(super) fn cloud_name(&self, number: u8) -> String {
        let asked = self
            .found
            .clouds
            .cloud(number)
            .map(|cloud| cloud.name().to_owned());
        let blamed = || {
            let blames = self.found.clouds.blames().all();
            blames
                .into_iter()
                .find(|blame| blame.number == number)
                .map(|blame| blame.cloud)
        };
        asked.or_else(blamed).unwrap_or_default()
    }
}

/// Every object that should be on the clouds for some restore points.
#[derive(Debug)]
pub struct Inventory {
    /// The restore points, oldest first.
    pub points: Vec<Point>,
    /// What the operator must know.
    pub warnings: Vec<String>,
    /// The newest sequence that each answering cloud holds.
    pub newest_on: BTreeMap<u8, Option<Sequence>>,
    pub(super) epochs: BTreeMap<Epoch, Hash32>,
    pub(super) packs: HashMap<PackId, CataloguePack>,
    pub(super) pieces: BTreeMap<(Run, u32), Hash32>,
    pub(super) generations: BTreeSet<Generation>,
    pub(super) code: Code,
}

impl Inventory {
    /// Reads heads and catalogues.
    ///
    /// # Errors
    /// A [`Refusal`] when the history contradicts itself or a catalogue is on no cloud.
    pub async fn read(keeper: &Keeper, scope: Scope) -> Result<Self, RestoreError> {
        let back_to = (scope == Scope::All).then_some(Sequence::FIRST);
        let history = History::read(&keeper.found, back_to).await?;
        let points: Vec<Point> = match scope {
            Scope::Newest => vec![history.newest()?.clone()],
            Scope::All => history.points.values().cloned().collect(),
        };
        let (need, clouds) = (keeper.found.descriptor.need, keeper.found.descriptor.clouds);
        let code =
            Code::new(need, clouds).map_err(|error| Refusal::Contradiction(error.to_string()))?;
        let mut inventory = Self {
            points: Vec::new(),
            warnings: history.warnings,
            newest_on: history.newest_on,
            epochs: BTreeMap::new(),
            packs: HashMap::new(),
            pieces: BTreeMap::new(),
            generations: BTreeSet::new(),
            code,
        };
        for point in points {
            let read = keeper
                .found
                .catalogue(&keeper.names, &keeper.key, &point)
                .await;
            match read {
                Ok((catalogue, pieces)) => inventory.add(&point, catalogue, &pieces),
                // What an older point needs beyond the newest is lost with its catalogue, and nothing else is.
                Err(error) if point.head.sequence != history_newest(&inventory.newest_on) => {
                    inventory
                        .warnings
                        .push(format!("backup {}: {error}", point.head.sequence));
                    continue;
                }
                Err(error) => return Err(error),
            }
            inventory.points.push(point);
        }
        Ok(inventory)
    }

    fn add(&mut self, point: &Point, catalogue: Catalogue, pieces: &[Hash32]) {
        let head = &point.head;
        self.generations.insert(head.generation);
        self.epochs.extend(catalogue.epochs);
        self.packs
            .extend(catalogue.packs.into_iter().map(|pack| (pack.pack, pack)));
        for (j, hash) in (0..).zip(pieces) {
            self.pieces.insert((head.run, j), *hash);
        }
    }

    /// Every object, those first that others are worthless without, and heads last.
    #[must_use]
    pub fn things(&self) -> Vec<Thing> {
        let mut things = vec![Thing::Descriptor];
        things.extend(
            self.generations
                .iter()
                .map(|generation| Thing::Keyring(*generation)),
        );
        things.extend(self.epochs.keys().map(|epoch| Thing::Epoch(*epoch)));
        let mut packs: Vec<PackId> = self.packs.keys().copied().collect();
        packs.sort_unstable();
        things.extend(packs.into_iter().map(Thing::Fragment));
        things.extend(
            self.pieces
                .keys()
                .map(|(run, j)| Thing::Catalogue(*run, *j)),
        );
        things.extend(
            self.points
                .iter()
                .map(|point| Thing::Head(point.head.sequence)),
        );
        things
    }

    /// How many clouds must hold a thing for it to be of use.
    #[must_use]
    pub fn needed(&self, thing: &Thing) -> u8 {
        match thing {
            Thing::Epoch(_) | Thing::Fragment(_) => self.code.need(),
            _ => 1,
        }
    }

    /// The length of a thing on a cloud, where the catalogue tells it.
    #[must_use]
    pub fn length(&self, thing: &Thing) -> Option<u64> {
        match thing {
            Thing::Fragment(pack) => {
                let class = self
                    .packs
                    .get(pack)
                    .and_then(|pack| Class::from_index(pack.class))?;
                Some(class.fragment_len(self.code.need()) as u64)
            }
            _ => None,
        }
    }

    /// Fetches a thing from a cloud and proves it. What cannot be proved is an error that names cloud and object.
    pub(super) async fn prove(
        &self,
        keeper: &Keeper,
        cloud: &Arc<dyn Cloud>,
        thing: &Thing,
    ) -> Result<Proved, CloudError> {
        let found = &keeper.found;
        let (Some(number), Some(names)) = (
            CloudNumber::new(cloud.number()),
            keeper.names.get(&cloud.number()),
        ) else {
            return Err(fault(
                cloud,
                "",
                Kind::Settings,
                "it is no cloud of this vault",
            ));
        };
        let name = thing.name(names);
        let differs = |said: String| fault(cloud, &name, Kind::Differs, said);
        let envelope = |kind, bytes: &Bytes| {
            Envelope::open(kind, bytes, &found.keys).map_err(|error| differs(error.to_string()))
        };
        let at_most = self.length(thing).unwrap_or(match thing {
            Thing::Catalogue(..) => CATALOGUE_PIECE as u64,
            _ => ENVELOPE_AT_MOST,
        });
        if let Thing::Epoch(epoch) = thing {
            let hash = self.epochs.get(epoch).copied().unwrap_or(Hash32([0; 32]));
            let (_, object, opened) = epoch_object(found, cloud, number, &name, hash).await?;
            let share = opened.share.ok_or_else(|| differs("no share".to_owned()))?;
            let share = EpochShare::from_bytes(share);
            return Ok(Proved::Epoch(number, Box::new(object), share));
        }
        if let Thing::Keyring(generation) = thing {
            let read = keyring(found, cloud, &name).await?;
            if read.generation != *generation {
                return Err(differs("the keyring of another generation".to_owned()));
            }
        }
        let bytes = cloud.get(&name, at_most).await?;
        let hash = || Hash32(*blake3::hash(&bytes).as_bytes());
        let good = match thing {
            Thing::Descriptor => {
                let (_, own, hash) =
                    Descriptor::open(&bytes).map_err(|error| differs(error.to_string()))?;
                own == number && hash == found.fingerprint
            }
            Thing::Head(sequence) => {
                let opened = envelope(ObjectKind::Head, &bytes)?;
                let point = self
                    .points
                    .iter()
                    .find(|point| point.head.sequence == *sequence);
                point.is_some_and(|point| point.hash == opened.hash)
            }
            Thing::Catalogue(run, j) => self.pieces.get(&(*run, *j)) == Some(&hash()),
            Thing::Fragment(pack) => {
                let own = self
                    .packs
                    .get(pack)
                    .and_then(|pack| pack.fragments.get(usize::from(number.get()) - 1).copied());
                own == Some(hash())
            }
            Thing::Keyring(_) | Thing::Epoch(_) => true,
        };
        if good {
            Ok(Proved::Bytes(bytes))
        } else {
            Err(differs("it is not what the signed head says".to_owned()))
        }
    }
}

fn history_newest(newest_on: &BTreeMap<u8, Option<Sequence>>) -> Sequence {
    newest_on
        .values()
        .flatten()
        .max()
        .copied()
        .unwrap_or(Sequence::FIRST)
}

/// An object that is what it should be.
pub(super) enum Proved {
    /// Its bytes.
    Bytes(Bytes),
    /// An epoch, as it was signed, with the share of its cloud.
    Epoch(CloudNumber, Box<crate::object::EpochObject>, EpochShare),
}

impl Thing {
    /// The full name on the cloud with these names.
    #[must_use]
    pub fn name(&self, names: &Names) -> String {
        match self {
            Self::Descriptor => names.descriptor(),
            Self::Keyring(generation) => names.keyring(*generation),
            Self::Epoch(epoch) => names.epoch(epoch),
            Self::Fragment(pack) => names.fragment(pack),
            Self::Catalogue(run, j) => names.catalogue(run, *j),
            Self::Head(sequence) => names.head(*sequence),
        }
    }

    /// What it is, in a word.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Descriptor => "descriptor",
            Self::Keyring(_) => "keyring",
            Self::Epoch(_) => "epoch",
            Self::Fragment(_) => "fragment",
            Self::Catalogue(..) => "catalogue",
            Self::Head(_) => "head",
        }
    }
}

/// What a cloud lists of this vault: names and lengths.
pub(super) async fn listed(
    keeper: &Keeper,
) -> BTreeMap<u8, Result<HashMap<String, u64>, CloudError>> {
    let lists = keeper.found.clouds.iter().map(|cloud| async move {
        let folder = keeper.found.folder(cloud.number())?;
        let listed = cloud.list(&folder.to_string()).await;
        let listed = listed.map(|all| all.into_iter().map(|one| (one.name, one.bytes)).collect());
        Some((cloud.number(), listed))
    });
    join_all(lists).await.into_iter().flatten().collect()
}
