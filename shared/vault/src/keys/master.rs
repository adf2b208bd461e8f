//! The master key: `master.pub`, and the seed that exists only while custodians restore.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::hpke::{HpkeFault, PublicKey};
use crate::object::primitives::sha256;
use crate::object::secret::secret_type;
use crate::object::text::{as_utc, from_json, to_json};
use crate::object::{Ceremony, Hash32, ObjectFault};

const FORMAT: &str = "lifeboat-master/1";
const OBJECT: &str = "master.pub";

secret_type!(
    /// The seed of the master key.
    MasterSecret
);

impl MasterSecret {
    /// The public key that belongs to it.
    ///
    /// # Errors
    /// When the library refuses the seed.
    pub fn public_key(&self) -> Result<PublicKey, HpkeFault> {
        PublicKey::of_seed(self.expose())
    }
}

/// `master.pub`: the public half of the master key, and what custodians' shares hash to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MasterPublic {
    format: String,
    /// The ceremony that made it.
    pub ceremony: Ceremony,
    /// When the ceremony was.
    #[serde(with = "as_utc")]
    pub created: DateTime<Utc>,
    /// t: how many custodians are enough.
    pub threshold: u8,
    /// m: how many custodians there are.
    pub custodians: u8,
    /// To which keyrings are sealed.
    pub public_key: PublicKey,
    /// What each custodian's share hashes to, in order.
    pub share_commitments: Vec<Hash32>,
}

impl MasterPublic {
    pub(super) fn new(
        ceremony: Ceremony,
        created: DateTime<Utc>,
        threshold: u8,
        public_key: PublicKey,
        share_commitments: Vec<Hash32>,
    ) -> Result<Self, ObjectFault> {
        let master = Self {
            format: FORMAT.into(),
            ceremony,
            created,
            threshold,
            custodians: u8::try_from(share_commitments.len())
                .map_err(|_| ObjectFault::new(OBJECT, "custodians", "more than 255"))?,
            public_key,
            share_commitments,
        };
        master.check()?;
        Ok(master)
    }

    /// Its fingerprint, which shares and keyrings carry and people compare.
    #[must_use]
    pub fn fingerprint(&self) -> Hash32 {
        let mut parts: Vec<&[u8]> = vec![b"lifeboat master/1", self.ceremony.as_bytes()];
        let numbers = [self.threshold, self.custodians];
        parts.push(&numbers);
        parts.push(self.public_key.as_bytes());
        parts.extend(
            self.share_commitments
                .iter()
                .map(|hash| &hash.as_bytes()[..]),
        );
        sha256(&parts)
    }

    /// What the share of custodian `i`, from 1, hashes to.
    #[must_use]
    pub fn commitment(&self, i: u8) -> Option<&Hash32> {
        self.share_commitments.get(usize::from(i).checked_sub(1)?)
    }

    /// Whether this is the seed of this master key.
    ///
    /// # Errors
    /// When the library refuses the seed.
    pub fn belongs(&self, secret: &MasterSecret) -> Result<bool, HpkeFault> {
        Ok(secret.public_key()? == self.public_key)
    }

    /// The file.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ObjectFault> {
        to_json(OBJECT, self)
    }

    /// Reads the file.
    ///
    /// # Errors
    /// Names the member at fault.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ObjectFault> {
        let master: Self = from_json(OBJECT, bytes)?;
        master.check()?;
        Ok(master)
    }

    /// Whether its members fit together.
    pub(crate) fn check(&self) -> Result<(), ObjectFault> {
        let wrong = |field, what| Err(ObjectFault::new(OBJECT, field, what));
        if self.format != FORMAT {
            return wrong("format", "unknown");
        }
        if !(2..=self.custodians).contains(&self.threshold) {
            return wrong("threshold", "not 2 ≤ threshold ≤ custodians");
        }
        if self.share_commitments.len() != usize::from(self.custodians) {
            return wrong("share_commitments", "not one for each custodian");
        }
        Ok(())
    }
}

/// SHA-256 over what binds a share to its ceremony and its custodian.
pub(super) fn share_commitment(ceremony: Ceremony, i: u8, share: &[u8; 32]) -> Hash32 {
    sha256(&[
        b"lifeboat custodian share/1",
        ceremony.as_bytes(),
        &[i],
        share,
    ])
}
