//! The signed envelope around descriptor, keyring, epoch and head.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::primitives::sha256;
use super::signing::{Signatures, SigningKeys, VerifyingKeys};
use super::text::{SecretHex, as_base64, from_json, to_json};
use super::{CloudNumber, Hash32, ObjectFault};

/// No object in an envelope is longer, in bytes: readers ask clouds for no more.
pub const ENVELOPE_AT_MOST: u64 = 1 << 20;

/// Which object an envelope holds. The kind is signed, so that none can stand in another's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKind {
    /// The descriptor.
    Repository,
    /// A generation's keyring.
    Keyring,
    /// An epoch.
    Epoch,
    /// A head.
    Head,
}

impl ObjectKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Repository, Self::Keyring, Self::Epoch, Self::Head];

    /// The word that is signed.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Repository => "repository",
            Self::Keyring => "keyring",
            Self::Epoch => "epoch",
            Self::Head => "head",
        }
    }

    fn message(self, payload: &[u8]) -> Vec<u8> {
        [b"lifeboat vault ", self.word().as_bytes(), b"/1\0", payload].concat()
    }
}

/// An object as it stands on one cloud: what was signed, the signatures, and what differs from cloud to cloud.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    #[serde(with = "as_base64")]
    payload: Vec<u8>,
    #[serde(with = "as_base64")]
    ed25519: Vec<u8>,
    #[serde(with = "as_base64")]
    ml_dsa_65: Vec<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cloud: Option<CloudNumber>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    share: Option<SecretHex>,
}

/// What an envelope held, its signatures proven.
#[derive(Clone, PartialEq, Eq)]
pub struct Opened {
    /// The exact bytes that were signed.
    pub payload: Vec<u8>,
    /// SHA-256 of the payload: the object's hash.
    pub hash: Hash32,
    /// The cloud that a descriptor lies on. Not signed.
    pub cloud: Option<CloudNumber>,
    /// The cloud's share in an epoch. Not signed: compare it with its commitment.
    pub share: Option<Zeroizing<[u8; 32]>>,
}

impl Envelope {
    /// Signs a payload as an object of `kind`.
    ///
    /// # Errors
    /// When the library cannot sign.
    pub fn seal(kind: ObjectKind, payload: &[u8], keys: &SigningKeys) -> Result<Self, ObjectFault> {
        let signatures = keys.sign(&kind.message(payload))?;
        Ok(Self {
            payload: payload.to_vec(),
            ed25519: signatures.ed25519,
            ml_dsa_65: signatures.ml_dsa_65,
            cloud: None,
            share: None,
        })
    }

    /// The descriptor as it stands on cloud `i`.
    #[must_use]
    pub fn for_cloud(mut self, i: CloudNumber) -> Self {
        self.cloud = Some(i);
        self
    }

    /// The epoch as it stands on the cloud that holds `share`.
    #[must_use]
    pub fn with_share(mut self, share: &[u8; 32]) -> Self {
        self.share = Some(SecretHex(Zeroizing::new(*share)));
        self
    }

    /// The bytes that a cloud stores.
    ///
    /// # Errors
    /// When they cannot be written as JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ObjectFault> {
        to_json("envelope", self)
    }

    /// SHA-256 of the payload.
    #[must_use]
    pub fn hash(&self) -> Hash32 {
        sha256(&[&self.payload])
    }

    /// Reads an envelope and proves both signatures.
    ///
    /// # Errors
    /// Names the kind and the member that is at fault.
    pub fn open(
        kind: ObjectKind,
        bytes: &[u8],
        keys: &VerifyingKeys,
    ) -> Result<Opened, ObjectFault> {
        Self::parse(kind, bytes)?.verified(kind, keys)
    }

    /// Reads an envelope whose signatures cannot be proven yet.
    pub(crate) fn parse(kind: ObjectKind, bytes: &[u8]) -> Result<Self, ObjectFault> {
        let wrong = |field, what| Err(ObjectFault::new(kind.word(), field, what));
        let envelope: Self = from_json(kind.word(), bytes)?;
        match (kind == ObjectKind::Repository, envelope.cloud.is_some()) {
            (true, false) => return wrong("cloud", "missing"),
            (false, true) => return wrong("cloud", "does not belong here"),
            _ => {}
        }
        match (kind == ObjectKind::Epoch, envelope.share.is_some()) {
            (true, false) => wrong("share", "missing"),
            (false, true) => wrong("share", "does not belong here"),
            _ => Ok(envelope),
        }
    }

    pub(crate) fn unverified_payload(&self) -> &[u8] {
        &self.payload
    }

    pub(crate) fn verified(
        self,
        kind: ObjectKind,
        keys: &VerifyingKeys,
    ) -> Result<Opened, ObjectFault> {
        let signatures = Signatures {
            ed25519: self.ed25519,
            ml_dsa_65: self.ml_dsa_65,
        };
        keys.verify(&kind.message(&self.payload), &signatures)
            .map_err(|field| ObjectFault::new(kind.word(), field, "the signature does not hold"))?;
        Ok(Opened {
            hash: sha256(&[&self.payload]),
            payload: self.payload,
            cloud: self.cloud,
            share: self.share.map(|share| share.0),
        })
    }
}

impl std::fmt::Debug for Envelope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Envelope({})", self.hash())
    }
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Opened({})", self.hash)
    }
}
