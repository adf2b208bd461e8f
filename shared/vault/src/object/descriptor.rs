//! The descriptor: what a repository is, whole on every cloud.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::text::{as_base64, as_utc, from_json, to_json};
use super::{
    CloudId, CloudNumber, Envelope, Hash32, ObjectFault, ObjectKind, RepositoryId, SigningKeys,
    VerifyingKeys,
};
use crate::keys::MasterPublic;

const FORMAT: &str = "lifeboat-vault-repository/1";
const OBJECT: &str = "descriptor";

/// What a repository is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Descriptor {
    format: String,
    /// The repository.
    pub repository: RepositoryId,
    /// When it was made.
    #[serde(with = "as_utc")]
    pub created: DateTime<Utc>,
    /// k: how many clouds are enough.
    pub need: u8,
    /// n: how many clouds there are.
    pub clouds: u8,
    /// The folder on each cloud, in order of their numbers.
    pub cloud_ids: Vec<CloudId>,
    #[serde(with = "as_base64")]
    ed25519: Vec<u8>,
    #[serde(with = "as_base64")]
    ml_dsa_65: Vec<u8>,
    /// The master key that keyrings are sealed to.
    pub master: MasterPublic,
}

impl Descriptor {
    /// Describes a new repository.
    ///
    /// # Errors
    /// When k and n are not 2 ≤ k < n ≤ 16, or a cloud stands twice.
    pub fn new(
        repository: RepositoryId,
        created: DateTime<Utc>,
        need: u8,
        cloud_ids: Vec<CloudId>,
        keys: &VerifyingKeys,
        master: MasterPublic,
    ) -> Result<Self, ObjectFault> {
        let descriptor = Self {
            format: FORMAT.into(),
            repository,
            created,
            need,
            clouds: u8::try_from(cloud_ids.len())
                .map_err(|_| ObjectFault::new(OBJECT, "clouds", "more than 16"))?,
            cloud_ids,
            ed25519: keys.ed25519().to_vec(),
            ml_dsa_65: keys.ml_dsa_65().to_vec(),
            master,
        };
        descriptor.check()?;
        Ok(descriptor)
    }

    /// The keys under which everything else of the repository is signed.
    ///
    /// # Errors
    /// When a key has another length.
    pub fn keys(&self) -> Result<VerifyingKeys, ObjectFault> {
        VerifyingKeys::new(&self.ed25519, &self.ml_dsa_65)
    }

    /// Every cloud's number and folder.
    pub fn each_cloud(&self) -> impl Iterator<Item = (CloudNumber, CloudId)> {
        (1u8..)
            .filter_map(CloudNumber::new)
            .zip(self.cloud_ids.iter().copied())
    }

    /// The folder on cloud `i`.
    #[must_use]
    pub fn cloud_id(&self, i: CloudNumber) -> Option<CloudId> {
        self.cloud_ids.get(usize::from(i.get()) - 1).copied()
    }

    /// The payload.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ObjectFault> {
        to_json(OBJECT, self)
    }

    /// Reads a payload.
    ///
    /// # Errors
    /// Names the member at fault.
    pub fn from_bytes(payload: &[u8]) -> Result<Self, ObjectFault> {
        let descriptor: Self = from_json(OBJECT, payload)?;
        descriptor.check()?;
        Ok(descriptor)
    }

    /// Signs it with its own keys.
    ///
    /// # Errors
    /// When the library cannot sign, or the keys are not those in it.
    pub fn seal(&self, keys: &SigningKeys) -> Result<Envelope, ObjectFault> {
        if keys.verifying()? != self.keys()? {
            return Err(ObjectFault::new(OBJECT, "ed25519", "not the signer's key"));
        }
        Envelope::seal(ObjectKind::Repository, &self.to_bytes()?, keys)
    }

    /// Opens a descriptor that nothing vouches for but itself. Compare the hash, which is the repository's fingerprint,
    /// with a pinned one, or show it to a person.
    ///
    /// # Errors
    /// Names the member at fault.
    pub fn open(bytes: &[u8]) -> Result<(Self, CloudNumber, Hash32), ObjectFault> {
        let envelope = Envelope::parse(ObjectKind::Repository, bytes)?;
        let descriptor = Self::from_bytes(envelope.unverified_payload())?;
        let opened = envelope.verified(ObjectKind::Repository, &descriptor.keys()?)?;
        let cloud = opened
            .cloud
            .filter(|cloud| cloud.get() <= descriptor.clouds)
            .ok_or_else(|| ObjectFault::new(OBJECT, "cloud", "not a cloud of this repository"))?;
        Ok((descriptor, cloud, opened.hash))
    }

    fn check(&self) -> Result<(), ObjectFault> {
        let wrong = |field, what| Err(ObjectFault::new(OBJECT, field, what));
        if self.format != FORMAT {
            return wrong("format", "unknown: a newer program may read it");
        }
        if !(2..self.clouds).contains(&self.need) || self.clouds > 16 {
            return wrong("need", "not 2 ≤ need < clouds ≤ 16");
        }
        if self.cloud_ids.len() != usize::from(self.clouds) {
            return wrong("cloud_ids", "not one for each cloud");
        }
        let mut ids = self.cloud_ids.clone();
        ids.sort_unstable();
        if ids.windows(2).any(|two| two[0] == two[1]) {
            return wrong("cloud_ids", "one stands twice");
        }
        self.keys()?;
        self.master
            .check()
            .map_err(|fault| ObjectFault::new(OBJECT, "master", fault))
    }
}
