//! Finds a vault on its clouds: which folder on which cloud is whose, and what the vault says of itself.
//!
//! Nothing is believed because one cloud says it: the descriptor is the one whose fingerprint is pinned, or, where nothing
//! is pinned, the one that as many clouds agree on as are needed to restore.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::join_all;
use runtime::clock::SharedClock;

use super::{Refusal, RestoreError};
use crate::cloud::{Cloud, CloudError, CloudSettings, Clouds, Kind, open};
use crate::object::{
    CloudId, CloudNumber, Descriptor, ENVELOPE_AT_MOST, Envelope, Hash32, ObjectKind,
    VerifyingKeys, folders,
};

/// How many folders of one cloud are looked at.
const FOLDERS: usize = 256;

/// How many descriptors of one folder are looked at: there should be one.
const DESCRIPTORS: usize = 4;

/// Where a vault is, as far as the one who looks for it knows.
#[derive(Debug, Clone)]
pub struct Whereabouts {
    /// The clouds; in the order of their numbers where that is known.
    pub clouds: Vec<CloudSettings>,
    /// The fingerprint of the vault, where it is known for sure.
    pub fingerprint: Option<Hash32>,
    /// How clouds are opened.
    pub opener: Opener,
}

/// Opens the cloud of these settings under a number.
pub type Opener = fn(&CloudSettings, u8, &SharedClock) -> Result<Arc<dyn Cloud>, CloudError>;

impl Whereabouts {
    /// These clouds, opened as [`crate::cloud::open`] does it.
    #[must_use]
    pub fn new(clouds: Vec<CloudSettings>, fingerprint: Option<Hash32>) -> Self {
        Self {
            clouds,
            fingerprint,
            opener: open,
        }
    }
}

/// A vault that was found on its clouds.
#[derive(Debug)]
pub struct Found {
    /// What the vault says of itself.
    pub descriptor: Descriptor,
    /// The hash of the descriptor: the fingerprint of the vault.
    pub fingerprint: Hash32,
    /// By which its objects are believed.
    pub keys: VerifyingKeys,
    /// The clouds that hold this vault, by their right numbers, and the ledger of what they did wrong.
    pub clouds: Clouds,
    /// The descriptor as it was signed.
    pub(crate) envelope: Envelope,
}

impl Found {
    /// Bytes that came from the clouds so far.
    pub(crate) fn received(&self) -> u64 {
        self.clouds
            .iter()
            .map(|cloud| cloud.traffic().fetched)
            .sum()
    }
}

/// A descriptor that proves itself.
#[derive(Debug)]
struct Candidate {
    descriptor: Descriptor,
    /// The cloud that it says it lies on. Not signed.
    cloud: CloudNumber,
    hash: Hash32,
    envelope: Envelope,
}

/// What one cloud shows: its folders, with the descriptors in each.
#[derive(Debug)]
struct Shown {
    at: usize,
    cloud: Arc<dyn Cloud>,
    folders: Vec<(CloudId, Vec<Candidate>)>,
    faults: Vec<CloudError>,
}

/// A fault of `cloud` that only the meaning of its answer shows.
pub(crate) fn fault(
    cloud: &Arc<dyn Cloud>,
    object: &str,
    kind: Kind,
    detail: impl std::fmt::Display,
) -> CloudError {
    CloudError {
        number: cloud.number(),
        cloud: cloud.name().to_owned(),
        object: object.to_owned(),
        kind,
        detail: detail.to_string(),
    }
}

/// Finds the vault.
///
/// # Errors
/// [`Refusal::NoVault`] when not enough clouds agree, [`Refusal::OtherVault`] when another one than the pinned is there.
pub async fn find(place: &Whereabouts, clock: &SharedClock) -> Result<Found, RestoreError> {
    let looks = place
        .clouds
        .iter()
        .enumerate()
        .map(|(at, settings)| look(place.opener, at, settings, clock));
    let (mut shown, mut silent) = (Vec::new(), Vec::new());
    for (at, looked) in join_all(looks).await.into_iter().enumerate() {
        match looked {
            Ok(one) => shown.push(one),
            Err(error) => silent.push((at, error)),
        }
    }
    let chosen = choose(place.fingerprint, &shown, &silent)?;
    assemble(place, chosen, &shown, silent, clock)
}

async fn look(
    open: Opener,
    at: usize,
    settings: &CloudSettings,
    clock: &SharedClock,
) -> Result<Shown, CloudError> {
    let cloud = open(settings, position(at), clock)?;
    let ids = cloud.folders("").await?;
    let ids = ids.iter().filter_map(|name| name.parse::<CloudId>().ok());
    let mut shown = Shown {
        at,
        cloud: Arc::clone(&cloud),
        folders: Vec::new(),
        faults: Vec::new(),
    };
    for id in ids.take(FOLDERS) {
        let mut good = Vec::new();
        for object in cloud
            .list(&folders::descriptor(id))
            .await?
            .iter()
            .take(DESCRIPTORS)
        {
            match descriptor(&cloud, &object.name).await {
                Ok(candidate) => good.push(candidate),
                Err(error) => shown.faults.push(error),
            }
        }
        shown.folders.push((id, good));
    }
    Ok(shown)
}

async fn descriptor(cloud: &Arc<dyn Cloud>, name: &str) -> Result<Candidate, CloudError> {
    let bytes = cloud.get(name, ENVELOPE_AT_MOST).await?;
    let differs = |error| fault(cloud, name, Kind::Differs, error);
    let (descriptor, number, hash) = Descriptor::open(&bytes).map_err(differs)?;
    let envelope = Envelope::parse(ObjectKind::Repository, &bytes).map_err(differs)?;
    Ok(Candidate {
        descriptor,
        cloud: number,
        hash,
        envelope,
    })
}

/// The hash of the descriptor to believe.
fn choose(
    pinned: Option<Hash32>,
    shown: &[Shown],
    silent: &[(usize, CloudError)],
) -> Result<Hash32, Refusal> {
    let mut votes: BTreeMap<Hash32, (BTreeSet<usize>, u8)> = BTreeMap::new();
    for one in shown {
        for candidate in one.folders.iter().flat_map(|(_, candidates)| candidates) {
            let entry = votes.entry(candidate.hash).or_default();
            entry.0.insert(one.at);
            entry.1 = candidate.descriptor.need;
        }
    }
    if let Some(pinned) = pinned {
        if votes.contains_key(&pinned) {
            return Ok(pinned);
        }
        if let Some((found, _)) = votes.iter().max_by_key(|(_, (clouds, _))| clouds.len()) {
            return Err(Refusal::OtherVault {
                pinned: pinned.to_string(),
                found: found.to_string(),
            });
        }
    }
    let agreed: Vec<_> = votes
        .iter()
        .filter(|(_, (clouds, need))| clouds.len() >= usize::from(*need))
        .map(|(hash, _)| *hash)
        .collect();
    if let [one] = agreed[..] {
        return Ok(one);
    }
    let several = agreed.iter().map(|hash| {
        format!(
            "several vaults are there, one has the fingerprint {hash}: name one with --fingerprint"
        )
    });
    let few =
        votes
            .iter()
            .filter(|(hash, _)| !agreed.contains(hash))
            .map(|(hash, (clouds, need))| {
                format!("{} show the vault {hash}, which needs {need}", clouds.len())
            });
    let wrong = shown
        .iter()
        .flat_map(|one| one.faults.iter().map(ToString::to_string));
    let empty = shown
        .iter()
        .filter(|one| one.folders.is_empty())
        .map(|one| {
            format!(
                "cloud {} ({}): holds no vault",
                one.cloud.number(),
                one.cloud.name()
            )
        });
    let silent = silent.iter().map(|(_, error)| error.to_string());
    Err(Refusal::NoVault {
        found: several
            .chain(few)
            .chain(wrong)
            .chain(empty)
            .chain(silent)
            .collect(),
    })
}

fn assemble(
    place: &Whereabouts,
    chosen: Hash32,
    shown: &[Shown],
    silent: Vec<(usize, CloudError)>,
    clock: &SharedClock,
) -> Result<Found, RestoreError> {
    let mut believed = None;
    for candidate in shown
        .iter()
        .flat_map(|one| &one.folders)
        .flat_map(|(_, all)| all)
    {
        if candidate.hash == chosen {
            believed = Some((candidate.descriptor.clone(), candidate.envelope.clone()));
        }
    }
    let Some((descriptor, envelope)) = believed else {
        return Err(RestoreError::Internal(
            "the chosen descriptor is gone".to_owned(),
        ));
    };
    let number_of = |one: &Shown| {
        let held = |id: &CloudId| one.folders.iter().any(|(folder, _)| folder == id);
        let at = descriptor.cloud_ids.iter().position(held)?;
        u8::try_from(at + 1).ok()
    };
    let mut opened: BTreeMap<u8, Arc<dyn Cloud>> = BTreeMap::new();
    let mut faults = Vec::new();
    let mut lost: Vec<(usize, CloudError)> = silent;
    let mut empty = Vec::new();
    for one in shown {
        let Some(number) = number_of(one) else {
            lost.push((
                one.at,
                fault(&one.cloud, "", Kind::Missing, "this vault is not there"),
            ));
            empty.push(&one.cloud);
            continue;
        };
        let cloud = if one.cloud.number() == number {
            Arc::clone(&one.cloud)
        } else {
            let again = (place.opener)(&place.clouds[one.at], number, clock);
            again.map_err(|error| RestoreError::Usage(error.to_string()))?
        };
        let good = one.folders.iter().any(|(id, candidates)| {
            let own = descriptor.cloud_ids.get(usize::from(number) - 1) == Some(id);
            own && candidates
                .iter()
                .any(|candidate| candidate.hash == chosen && candidate.cloud.get() == number)
        });
        if !good {
            let detail = "its copy of the descriptor is missing or wrong";
            faults.push(fault(&cloud, "", Kind::Differs, detail));
        }
        opened.entry(number).or_insert(cloud);
    }
    // A cloud that shows nothing keeps the number that its place says, unless another cloud proves to have it.
    for (at, mut error) in lost {
        let taken = |number: &u8| opened.contains_key(number);
        if taken(&error.number) {
            error.number = (1..=descriptor.clouds)
                .find(|number| !taken(number))
                .unwrap_or(position(at));
        }
        faults.push(error);
    }
    // A cloud that answers and is empty may be filled again.
    for cloud in empty {
        if cloud.number() <= descriptor.clouds {
            opened
                .entry(cloud.number())
                .or_insert_with(|| Arc::clone(cloud));
        }
    }
    let clouds = Clouds::new(opened.into_values().collect());
    for error in &faults {
        clouds.blames().enter(error);
    }
    let keys = descriptor
        .keys()
        .map_err(|error| Refusal::Contradiction(error.to_string()))?;
    Ok(Found {
        descriptor,
        fingerprint: chosen,
        keys,
        clouds,
        envelope,
    })
}

/// The number that a cloud's place in the list says.
fn position(at: usize) -> u8 {
    u8::try_from(at + 1).unwrap_or(u8::MAX)
}
