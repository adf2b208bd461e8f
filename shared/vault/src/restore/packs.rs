//! The packs of a restore point: where their fragments are, and how they are opened.

use std::collections::{BTreeMap, HashMap, HashSet};

use bytes::Bytes;
use futures_util::future::join_all;

use super::find::{Found, fault};
use super::{Refusal, RestoreError};
use crate::cloud::{Blames, CloudError, GatherError, Kind, Listed, Wanted};
use crate::keys::GenerationSecret;
use crate::object::{
    Catalogue, CataloguePack, ContentKey, EpochKey, Generation, Names, PackId, folders,
};
use crate::pack::{self, Class, Code};

/// Up to how many folders of fragments are listed one by one, before all of them are listed at once.
const FOLDERS: usize = 48;

/// The packs of a restore point.
#[derive(Debug)]
pub(crate) struct Packs {
    pub(crate) found: Found,
    pub(crate) names: BTreeMap<u8, Names>,
    pub(crate) catalogue: Catalogue,
    generation: Generation,
    content_key: ContentKey,
    code: Code,
    places: HashMap<PackId, usize>,
    epochs: HashMap<u32, EpochKey>,
}

/// The fragments of a pack, enough of them, each proved by its hash.
#[derive(Debug)]
pub(crate) struct Fetched {
    place: usize,
    fragments: Vec<Option<Bytes>>,
}

impl Packs {
    pub(crate) fn new(
        found: Found,
        names: BTreeMap<u8, Names>,
        catalogue: Catalogue,
        generation: Generation,
        content_key: ContentKey,
    ) -> Result<Self, RestoreError> {
        let code = Code::new(found.descriptor.need, found.descriptor.clouds)
            .map_err(|error| Refusal::Contradiction(error.to_string()))?;
        let packs = catalogue.packs.iter().enumerate();
        let places = packs.map(|(place, pack)| (pack.pack, place)).collect();
        Ok(Self {
            found,
            names,
            catalogue,
            generation,
            content_key,
            code,
            places,
            epochs: HashMap::new(),
        })
    }

    pub(crate) fn content_key(&self) -> &ContentKey {
        &self.content_key
    }

    /// The places in the catalogue of the packs of a manifest.
    pub(crate) fn places(&self, packs: &[PackId]) -> Result<Vec<usize>, Refusal> {
        let place = |pack: &PackId| {
            let place = self.places.get(pack).copied();
            place.ok_or_else(|| Refusal::Contradiction("a pack is not in the catalogue".to_owned()))
        };
        packs.iter().map(place).collect()
    }

    /// The epochs, by their place in the catalogue, that these packs need and whose keys are not known yet.
    pub(crate) fn epochs_of(&self, places: impl Iterator<Item = usize>) -> Vec<u32> {
        let epochs: HashSet<u32> = places
            .map(|place| self.catalogue.packs[place].epoch)
            .collect();
        let unknown = epochs
            .into_iter()
            .filter(|epoch| !self.epochs.contains_key(epoch));
        unknown.collect()
    }

    /// Opens an epoch by its place in the catalogue.
    pub(crate) async fn learn_epoch(
        &mut self,
        secret: &GenerationSecret,
        epoch: u32,
    ) -> Result<(), RestoreError> {
        let named = self.catalogue.epochs.get(epoch as usize).copied();
        let named =
            named.ok_or_else(|| Refusal::Contradiction("an epoch is not listed".to_owned()))?;
        let key = self.found.epoch_key(&self.names, secret, named).await?;
        self.epochs.insert(epoch, key);
        Ok(())
    }

    pub(crate) fn epoch_key(&self, epoch: u32) -> Option<&EpochKey> {
        self.epochs.get(&epoch)
    }

    fn class(&self, place: usize) -> Class {
        // The catalogue holds no other numbers.
        Class::from_index(self.catalogue.packs[place].class).unwrap_or(Class::Huge)
    }

    /// Bytes of the sealed pack at this place.
    pub(crate) fn sealed_bytes(&self, place: usize) -> usize {
        self.class(place).bytes()
    }

    /// Bytes of one fragment of the pack at this place.
    pub(crate) fn fragment_bytes(&self, place: usize) -> u64 {
        self.class(place).fragment_len(self.code.need()) as u64
    }

    fn pieces(&self, place: usize) -> Vec<Wanted> {
        let CataloguePack {
            pack, fragments, ..
        } = &self.catalogue.packs[place];
        let length = self.fragment_bytes(place);
        let of_cloud = |(hash, cloud): (&crate::object::Hash32, u8)| {
            let names = self.names.get(&cloud);
            // A cloud that is not there gives an unnamed piece, so that every piece keeps its place in the code.
            Wanted {
                cloud,
                name: names.map_or_else(String::new, |names| names.fragment(pack)),
                length,
                blake3: hash.0,
            }
        };
        fragments.iter().zip(1..).map(of_cloud).collect()
    }

    /// Fetches enough fragments of the pack at this place.
    pub(crate) async fn fetch(&self, place: usize) -> Result<Fetched, RestoreError> {
        let need = usize::from(self.code.need());
        let gathered = self.found.clouds.gather(&self.pieces(place), need).await;
        let fragments =
            gathered.map_err(|error| self.found.too_few("a part of the backup", &error))?;
        Ok(Fetched { place, fragments })
    }

    /// The content of a pack whose epoch is known.
    pub(crate) fn open(&self, fetched: Fetched) -> Result<Vec<u8>, RestoreError> {
        let Fetched { place, fragments } = fetched;
        let wrong = |said: String| RestoreError::from(Refusal::Contradiction(said));
        let own = &self.catalogue.packs[place];
        let key = self.epochs.get(&own.epoch).ok_or_else(|| {
            RestoreError::Internal("a pack was opened before its epoch".to_owned())
        })?;
        let joined = self.code.join(&fragments, self.class(place));
        drop(fragments);
        let sealed = joined.map_err(|error| wrong(error.to_string()))?;
        let repository = self.found.descriptor.repository;
        pack::open(key, repository, self.generation, &own.pack, sealed)
            .map_err(|error| wrong(error.to_string()))
    }

    /// Refuses when, by what the clouds list, a pack among these has too few fragments. Nothing is downloaded.
    pub(crate) async fn check_listed(&self, places: &HashSet<usize>) -> Result<(), RestoreError> {
        let mut good: HashMap<usize, u8> = places.iter().map(|place| (*place, 0)).collect();
        let lists = self.found.clouds.iter().map(|cloud| async move {
            let names = self.names.get(&cloud.number())?;
            let wanted: HashMap<String, usize> = places
                .iter()
                .map(|place| (names.fragment(&self.catalogue.packs[*place].pack), *place))
                .collect();
            let id = self.found.folder(cloud.number())?;
            let top = folders::fragments(id);
            let parents: HashSet<&str> = wanted
                .keys()
                .filter_map(|name| name.rsplit_once('/').map(|(parent, _)| parent))
                .collect();
            let listed = if parents.len() <= FOLDERS {
                let lists = parents.into_iter().map(|parent| cloud.list(parent));
                let lists: Result<Vec<Vec<Listed>>, CloudError> =
                    join_all(lists).await.into_iter().collect();
                lists.map(|lists| lists.concat())
            } else {
                cloud.list(&top).await
            };
            Some((cloud, wanted, listed))
        });
        for (cloud, wanted, listed) in join_all(lists).await.into_iter().flatten() {
            let blames = self.found.clouds.blames();
            let lengths: HashMap<String, u64> = match listed {
                Ok(listed) => listed
                    .into_iter()
                    .map(|one| (one.name, one.bytes))
                    .collect(),
                Err(error) => {
                    blames.enter(&error);
                    continue;
                }
            };
            for (name, place) in wanted {
                match lengths.get(&name) {
                    Some(length) if *length == self.fragment_bytes(place) => {
                        good.entry(place).and_modify(|good| *good += 1);
                    }
                    Some(_) => {
                        blames.enter(&fault(cloud, &name, Kind::Differs, "of another length"));
                    }
                    None => blames.enter(&fault(cloud, &name, Kind::Missing, "")),
                }
            }
        }
        let need = self.code.need();
        let least = good.values().copied().min().unwrap_or(need);
        if least < need {
            let few = good.values().filter(|good| **good < need).count();
            return Err(Refusal::TooFewClouds {
                what: format!("{few} of {} packs of this backup", places.len()),
                need,
                good: least,
                lost: self.found.clouds.blames().all(),
            }
            .into());
        }
        Ok(())
    }
}

impl Found {
    /// Whether too few good answers mean a line that may come back, or data that is lost.
    pub(crate) fn too_few(&self, what: &str, error: &GatherError) -> RestoreError {
        let silent = |fault: &&CloudError| matches!(fault.kind, Kind::Unreachable | Kind::Slow);
        let silent = error.faults.iter().filter(silent).count();
        if error.good + silent >= error.need {
            let own = Blames::default();
            error.faults.iter().for_each(|fault| own.enter(fault));
            let detail: Vec<String> = own.all().iter().map(ToString::to_string).collect();
            return RestoreError::Interrupted {
                staging: None,
                detail: detail.join("; "),
            };
        }
        Refusal::TooFewClouds {
            what: what.to_owned(),
            need: self.descriptor.need,
            good: u8::try_from(error.good).unwrap_or(u8::MAX),
            lost: self.clouds.blames().all(),
        }
        .into()
    }
}
