//! The epoch: how the key of one run is found again by those who hold the generation's secret and k shares.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::text::{as_utc, from_json, to_json};
use super::{CloudNumber, Epoch, Generation, Hash32, ObjectFault, RepositoryId};
use crate::keys::{Encapsulation, EpochParts, epoch_share_commitment};

const FORMAT: &str = "lifeboat-vault-epoch/1";
const OBJECT: &str = "epoch";

/// An epoch as it is signed; each cloud's share stands beside it in the envelope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EpochObject {
    format: String,
    /// The repository.
    pub repository: RepositoryId,
    /// The generation whose key it is sealed to.
    pub generation: Generation,
    /// The epoch.
    pub epoch: Epoch,
    /// When the run began.
    #[serde(with = "as_utc")]
    pub created: DateTime<Utc>,
    /// What the generation's secret decapsulates.
    pub encapsulation: Encapsulation,
    /// What the right epoch key hashes to.
    pub key_commitment: Hash32,
    /// What each cloud's share hashes to, in order of clouds.
    pub share_commitments: Vec<Hash32>,
}

impl EpochObject {
    /// Describes a new epoch.
    #[must_use]
    pub fn new(
        repository: RepositoryId,
        generation: Generation,
        created: DateTime<Utc>,
        parts: &EpochParts,
    ) -> Self {
        Self {
            format: FORMAT.into(),
            repository,
            generation,
            epoch: parts.epoch,
            created,
            encapsulation: parts.encapsulation.clone(),
            key_commitment: parts.key_commitment,
            share_commitments: parts.commitments.clone(),
        }
    }

    /// Whether `share` is what cloud `i` was given.
    #[must_use]
    pub fn holds(&self, i: CloudNumber, share: &[u8; 32]) -> bool {
        self.share_commitments.get(usize::from(i.get()) - 1)
            == Some(&epoch_share_commitment(self.epoch, i, share))
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
        let epoch: Self = from_json(OBJECT, payload)?;
        if epoch.format != FORMAT {
            return Err(ObjectFault::new(OBJECT, "format", "unknown"));
        }
        if !(3..=16).contains(&epoch.share_commitments.len()) {
            return Err(ObjectFault::new(
                OBJECT,
                "share_commitments",
                "not one for each of 3 to 16 clouds",
            ));
        }
        Ok(epoch)
    }
}
