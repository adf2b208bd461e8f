//! The head: the object that makes a run a restore point.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::extent::check_extents;
use super::identifiers::NotAn;
use super::primitives::{DoesNotOpen, ONCE, open, seal};
use super::text::{as_base64, as_utc, from_json, nullable, to_json};
use super::{
    Epoch, EpochKey, Extent, Generation, Hash32, MANIFEST_EXTENT_AT_MOST, ObjectFault, PackId,
    RepositoryId, Run, Sequence, cbor,
};

const FORMAT: &str = "lifeboat-vault-head/1";
const OBJECT: &str = "head";

/// The root pointer is padded to a multiple of this many bytes.
const ROOT_UNIT: usize = 1024;

/// A restore point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    format: String,
    /// The repository.
    pub repository: RepositoryId,
    /// The generation.
    pub generation: Generation,
    /// The place in the chain.
    pub sequence: Sequence,
    /// The run that made it.
    pub run: Run,
    /// The hash of the head before; none for the first.
    #[serde(deserialize_with = "nullable")]
    pub previous: Option<Hash32>,
    /// When the run ended.
    #[serde(with = "as_utc")]
    pub created: DateTime<Utc>,
    /// From when on a newer one should be there.
    #[serde(with = "as_utc")]
    pub expires: DateTime<Utc>,
    /// k.
    pub need: u8,
    /// n.
    pub clouds: u8,
    /// The epoch whose key opens `root`.
    pub epoch: Epoch,
    /// The hash of that epoch's object.
    pub epoch_hash: Hash32,
    /// The catalogue of the run.
    pub catalogue: CatalogueRef,
    /// The Merkle tree hash over every fragment that the restore point needs.
    pub fragments_root: Hash32,
    /// Where the root manifest lies: what [`RootPointer::seal`] made.
    #[serde(with = "as_base64")]
    pub root: Vec<u8>,
}

/// Which catalogue is the run's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueRef {
    /// Number of pieces.
    pub pieces: u32,
    /// SHA-256 of the sealed pieces joined.
    pub hash: Hash32,
}

/// What a head says, given its parts; the rest follows from the format.
#[derive(Debug, Clone)]
pub struct HeadParts {
    /// The repository.
    pub repository: RepositoryId,
    /// The generation.
    pub generation: Generation,
    /// The head before, as its witness; none for the first.
    pub previous: Option<Witness>,
    /// The run.
    pub run: Run,
    /// When the run ended.
    pub created: DateTime<Utc>,
    /// From when on a newer one should be there.
    pub expires: DateTime<Utc>,
    /// k.
    pub need: u8,
    /// n.
    pub clouds: u8,
    /// The epoch and the hash of its object.
    pub epoch: (Epoch, Hash32),
    /// The catalogue.
    pub catalogue: CatalogueRef,
    /// See [`Catalogue::fragments_root`](super::Catalogue::fragments_root).
    pub fragments_root: Hash32,
    /// What [`RootPointer::seal`] made.
    pub root: Vec<u8>,
}

impl Head {
    /// The head after `previous`.
    ///
    /// # Errors
    /// When no sequence is left, or a part breaks the format.
    pub fn new(parts: HeadParts) -> Result<Self, ObjectFault> {
        let sequence = match parts.previous {
            None => Some(Sequence::FIRST),
            Some(previous) => previous.sequence.next(),
        };
        let head = Self {
            format: FORMAT.into(),
            repository: parts.repository,
            generation: parts.generation,
            sequence: sequence
                .ok_or_else(|| ObjectFault::new(OBJECT, "sequence", "none is left"))?,
            run: parts.run,
            previous: parts.previous.map(|previous| previous.hash),
            created: parts.created,
            expires: parts.expires,
            need: parts.need,
            clouds: parts.clouds,
            epoch: parts.epoch.0,
            epoch_hash: parts.epoch.1,
            catalogue: parts.catalogue,
            fragments_root: parts.fragments_root,
            root: parts.root,
        };
        head.check()?;
        Ok(head)
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
        let head: Self = from_json(OBJECT, payload)?;
        head.check()?;
        Ok(head)
    }

    fn check(&self) -> Result<(), ObjectFault> {
        let wrong = |field, what| Err(ObjectFault::new(OBJECT, field, what));
        if self.format != FORMAT {
            return wrong("format", "unknown: a newer program may read it");
        }
        if (self.sequence == Sequence::FIRST) != self.previous.is_none() {
            return wrong("previous", "the first head has none, every other has one");
        }
        if !(2..self.clouds).contains(&self.need) || self.clouds > 16 {
            return wrong("need", "not 2 ≤ need < clouds ≤ 16");
        }
        if self.catalogue.pieces == 0 {
            return wrong("catalogue.pieces", "none");
        }
        Ok(())
    }
}

/// `sequence:hash` of a head: kept away from the clouds, it alone shows that all of them were rolled back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Witness {
    /// The head's sequence.
    pub sequence: Sequence,
    /// The head's hash.
    pub hash: Hash32,
}

impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.sequence, self.hash)
    }
}

impl FromStr for Witness {
    type Err = NotAn;

    fn from_str(text: &str) -> Result<Self, NotAn> {
        let wrong = NotAn("a witness: a sequence, a colon, and 64 hexadecimal digits");
        let (sequence, hash) = text.split_once(':').ok_or(wrong)?;
        let digits = sequence.bytes().all(|digit| digit.is_ascii_digit());
        let sequence = sequence.parse().ok().and_then(Sequence::new);
        Ok(Self {
            sequence: sequence.filter(|_| digits).ok_or(wrong)?,
            hash: hash.parse().map_err(|_| wrong)?,
        })
    }
}

/// Where the root manifest lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RootPointer {
    /// The packs that `extents` refer to.
    pub packs: Vec<PackId>,
    /// Joined and decoded, they are the root manifest's bytes.
    pub extents: Vec<Extent>,
}

impl RootPointer {
    /// Seals it for the head of `run`.
    ///
    /// # Errors
    /// When it breaks the format, or the library cannot seal.
    pub fn seal(
        &self,
        key: &EpochKey,
        repository: RepositoryId,
        run: Run,
    ) -> Result<Vec<u8>, ObjectFault> {
        self.check()?;
        let mut bytes = cbor::to_bytes("root", self)?;
        cbor::pad(&mut bytes, ROOT_UNIT);
        let key = key.root_key(repository, run);
        seal(&key, ONCE, &[run.as_bytes()], &bytes)
            .map_err(|_| ObjectFault::new("root", "object", "cannot be sealed"))
    }

    /// Opens the `root` of a head.
    ///
    /// # Errors
    /// When the key is another, it was changed, or it breaks the format.
    pub fn open(head: &Head, key: &EpochKey) -> Result<Self, ObjectFault> {
        let key = key.root_key(head.repository, head.run);
        let bytes = open(&key, ONCE, &[head.run.as_bytes()], &head.root)
            .map_err(|fault: DoesNotOpen| ObjectFault::new(OBJECT, "root", fault))?;
        let root: Self = cbor::from_padded("root", &bytes)?;
        root.check()?;
        Ok(root)
    }

    fn check(&self) -> Result<(), ObjectFault> {
        check_extents(
            "root",
            &self.packs,
            self.extents.iter(),
            MANIFEST_EXTENT_AT_MOST,
        )
    }
}
