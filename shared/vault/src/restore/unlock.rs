//! From custodians and clouds to keys: the keyring, the catalogue, the epochs.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::join_all;
use zeroize::Zeroizing;

use super::find::{Found, fault};
use super::history::Point;
use super::{Refusal, RestoreError};
use crate::cloud::{Cloud, CloudError, GatherError, Kind};
use crate::keys::{EpochFault, EpochSecret, GenerationSecret, MasterSecret};
use crate::object::{
    CATALOGUE_PIECE, Catalogue, CloudNumber, ENVELOPE_AT_MOST, Envelope, Epoch, EpochKey,
    EpochObject, Generation, Hash32, Keyring, Names, ObjectKind, Opened, RepositoryKey, folders,
};

/// How many keyrings of one cloud are looked at: one a generation.
const KEYRINGS: usize = 1024;

/// What opens a generation.
pub(crate) struct Unlocked {
    pub(crate) generation: GenerationSecret,
    pub(crate) repository_key: RepositoryKey,
}

/// Opens the keyring of the generation, from whichever cloud has a good one.
pub(crate) async fn unlock(
    found: &Found,
    generation: Generation,
    master: &MasterSecret,
) -> Result<Unlocked, RestoreError> {
    for cloud in found.clouds.iter() {
        let Some(id) = found.folder(cloud.number()) else {
            continue;
        };
        let listed = match cloud.list(&folders::keyrings(id)).await {
            Ok(listed) => listed,
            Err(error) => {
                found.clouds.blames().enter(&error);
                continue;
            }
        };
        // The newest generation is nearly always the one: names tell nothing, ages do.
        let mut listed = listed;
        listed.sort_by_key(|object| std::cmp::Reverse(object.modified));
        for object in listed.into_iter().take(KEYRINGS) {
            match keyring(found, cloud, &object.name).await {
                Ok(keyring) if keyring.generation != generation => {}
                Ok(keyring) => match keyring.open(master) {
                    Ok((generation, repository_key)) => {
                        return Ok(Unlocked {
                            generation,
                            repository_key,
                        });
                    }
                    Err(error) => {
                        return Err(Refusal::Contradiction(error.to_string()).into());
                    }
                },
                Err(error) => found.clouds.blames().enter(&error),
            }
        }
    }
    Err(Refusal::NoKeyring {
        generation: generation.get(),
        lost: found.clouds.blames().all(),
    }
    .into())
}

pub(crate) async fn keyring(
    found: &Found,
    cloud: &Arc<dyn Cloud>,
    name: &str,
) -> Result<Keyring, CloudError> {
    let bytes = cloud.get(name, ENVELOPE_AT_MOST).await?;
    let differs = |error: String| fault(cloud, name, Kind::Differs, error);
    let opened = Envelope::open(ObjectKind::Keyring, &bytes, &found.keys)
        .map_err(|error| differs(error.to_string()))?;
    let keyring =
        Keyring::from_bytes(&opened.payload).map_err(|error| differs(error.to_string()))?;
    if keyring.repository != found.descriptor.repository {
        return Err(differs("the keyring of another vault".to_owned()));
    }
    Ok(keyring)
}

impl Found {
    /// How objects are named, on every cloud that is there.
    pub(crate) fn names(&self, key: &RepositoryKey) -> BTreeMap<u8, Names> {
        let repository = self.descriptor.repository;
        let named = self.clouds.iter().filter_map(|cloud| {
            let number = CloudNumber::new(cloud.number())?;
            let id = self.descriptor.cloud_id(number)?;
            Some((number.get(), Names::new(key, repository, id, number)))
        });
        named.collect()
    }

    /// The catalogue of a restore point, from whichever cloud has it whole, and the BLAKE3 hashes of its sealed pieces; it is
    /// the one that the head was signed for.
    pub(crate) async fn catalogue(
        &self,
        names: &BTreeMap<u8, Names>,
        key: &RepositoryKey,
        point: &Point,
    ) -> Result<(Catalogue, Vec<Hash32>), RestoreError> {
        let head = &point.head;
        let key = key.catalogue_key(head.repository, head.run);
        let clouds: Vec<_> = self.clouds.iter().collect();
        let mut faults: Vec<CloudError> = Vec::new();
        // A cloud that holds this very head has all pieces, as a rule.
        let holders = |holds: bool| {
            let clouds = clouds.iter().copied();
            clouds.filter(move |cloud| point.clouds.contains(&cloud.number()) == holds)
        };
        for cloud in holders(true).chain(holders(false)) {
            let Some(names) = names.get(&cloud.number()) else {
                continue;
            };
            let pieces = (0..head.catalogue.pieces).map(|j| {
                let name = names.catalogue(&head.run, j);
                async move { cloud.get(&name, CATALOGUE_PIECE as u64).await }
            });
            let pieces: Result<Vec<_>, CloudError> = join_all(pieces).await.into_iter().collect();
            let opened = pieces.and_then(|pieces| {
                let hashes = pieces
                    .iter()
                    .map(|piece| Hash32(*blake3::hash(piece).as_bytes()));
                let hashes = hashes.collect();
                Catalogue::open(&pieces, &head.catalogue, &key, head.run, head.clouds)
                    .map(|catalogue| (catalogue, hashes))
                    .map_err(|error| {
                        fault(cloud, &names.catalogue(&head.run, 0), Kind::Differs, error)
                    })
            });
            match opened {
                Ok((catalogue, hashes)) => {
                    if catalogue.fragments_root() != head.fragments_root {
                        let said =
                            "the catalogue names other fragments than the head was signed for";
                        return Err(Refusal::Contradiction(said.to_owned()).into());
                    }
                    return Ok((catalogue, hashes));
                }
                Err(error) => {
                    self.clouds.blames().enter(&error);
                    faults.push(error);
                }
            }
        }
        let error = GatherError {
            need: 1,
            good: 0,
            faults,
        };
        Err(self.too_few("the catalogue of the backup", &error))
    }

    /// The objects of an epoch on all clouds, proved, with the share of each; what is wrong is entered into the ledger.
    pub(crate) async fn epoch_objects(
        &self,
        names: &BTreeMap<u8, Names>,
        epoch: Epoch,
        hash: Hash32,
    ) -> (Vec<(CloudNumber, EpochObject, Opened)>, Vec<CloudError>) {
        let reads = self.clouds.iter().map(|cloud| async move {
            let names = names.get(&cloud.number())?;
            let number = CloudNumber::new(cloud.number())?;
            let name = names.epoch(&epoch);
            Some(epoch_object(self, cloud, number, &name, hash).await)
        });
        let (mut good, mut faults) = (Vec::new(), Vec::new());
        for read in join_all(reads).await.into_iter().flatten() {
            match read {
                Ok(object) => good.push(object),
                Err(error) => {
                    self.clouds.blames().enter(&error);
                    faults.push(error);
                }
            }
        }
        (good, faults)
    }

    /// The key of an epoch, from as many clouds as are needed.
    pub(super) async fn epoch_key(
        &self,
        names: &BTreeMap<u8, Names>,
        secret: &GenerationSecret,
        epoch: (Epoch, Hash32),
    ) -> Result<EpochKey, RestoreError> {
        let (objects, faults) = self.epoch_objects(names, epoch.0, epoch.1).await;
        let need = self.descriptor.need;
        let shares: Vec<(CloudNumber, Zeroizing<[u8; 32]>)> = objects
            .iter()
            .filter_map(|(number, _, opened)| Some((*number, opened.share.clone()?)))
            .collect();
        let too_few = GatherError {
            need: usize::from(need),
            good: shares.len(),
            faults,
        };
        let what = "the keys of the backup";
        let Some((_, object, _)) = objects.first() else {
            return Err(self.too_few(what, &too_few));
        };
        match EpochSecret::open(secret, object, need, &shares) {
            Ok(key) => Ok(key),
            Err(EpochFault::Shares { .. }) => Err(self.too_few(what, &too_few)),
            Err(error) => Err(Refusal::Contradiction(error.to_string()).into()),
        }
    }
}

pub(crate) async fn epoch_object(
    found: &Found,
    cloud: &Arc<dyn Cloud>,
    number: CloudNumber,
    name: &str,
    hash: Hash32,
) -> Result<(CloudNumber, EpochObject, Opened), CloudError> {
    let differs = |error: String| fault(cloud, name, Kind::Differs, error);
    let bytes = cloud.get(name, ENVELOPE_AT_MOST).await?;
    let opened = Envelope::open(ObjectKind::Epoch, &bytes, &found.keys)
        .map_err(|error| differs(error.to_string()))?;
    let object =
        EpochObject::from_bytes(&opened.payload).map_err(|error| differs(error.to_string()))?;
    if opened.hash != hash {
        return Err(differs("another epoch than the backup names".to_owned()));
    }
    let holds = opened
        .share
        .as_ref()
        .is_some_and(|share| object.holds(number, share));
    if !holds {
        return Err(differs("its share is not the one it was given".to_owned()));
    }
    Ok((number, object, opened))
}
