//! The catalogue of a run: enough to scrub and repair, and to find every fragment, without custodians.

use serde::{Deserialize, Serialize};

use super::merkle::MerkleTree;
use super::primitives::{TAG, open, seal, sha256};
use super::{CatalogueKey, CatalogueRef, Epoch, Hash32, ObjectFault, PackId, Run, cbor};

const FORMAT: &str = "lifeboat-vault-catalogue/1";
const OBJECT: &str = "catalogue";

/// A sealed piece has at most this many bytes.
pub const CATALOGUE_PIECE: usize = 8_388_608;

/// The smallest sealed catalogue; the bytes before sealing are padded to a multiple of what fits into it.
const UNIT: usize = 65_536;

/// Every pack that a restore point needs, also those of earlier runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    format: String,
    /// Each epoch with the hash of its object.
    pub epochs: Vec<(Epoch, Hash32)>,
    /// The packs, grouped as the run found them.
    pub packs: Vec<CataloguePack>,
}

/// A pack and its fragments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Listed", try_from = "Listed")]
pub struct CataloguePack {
    /// The pack.
    pub pack: PackId,
    /// Index in the catalogue's `epochs`.
    pub epoch: u32,
    /// Index of its class, 0 to 3.
    pub class: u8,
    /// BLAKE3 of the fragment on each cloud, in order of clouds.
    pub fragments: Vec<Hash32>,
}

type Listed = (PackId, u32, u8, serde_bytes::ByteBuf);

impl From<CataloguePack> for Listed {
    fn from(pack: CataloguePack) -> Self {
        let mut fragments = Vec::with_capacity(pack.fragments.len() * 32);
        for fragment in &pack.fragments {
            fragments.extend_from_slice(fragment.as_bytes());
        }
        (pack.pack, pack.epoch, pack.class, fragments.into())
    }
}

impl TryFrom<Listed> for CataloguePack {
    type Error = &'static str;

    fn try_from((pack, epoch, class, fragments): Listed) -> Result<Self, Self::Error> {
        let (hashes, rest) = fragments.as_chunks::<32>();
        if !rest.is_empty() {
            return Err("fragment hashes of another length");
        }
        if class > 3 {
            return Err("unknown class");
        }
        Ok(Self {
            pack,
            epoch,
            class,
            fragments: hashes.iter().copied().map(Hash32).collect(),
        })
    }
}

/// A catalogue as clouds store it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedCatalogue {
    /// The pieces, in order; every cloud stores all of them.
    pub pieces: Vec<Vec<u8>>,
    /// What the head says of them.
    pub reference: CatalogueRef,
}

impl Catalogue {
    /// A catalogue of these packs in a repository of `clouds` clouds.
    ///
    /// # Errors
    /// When a pack stands twice, refers to no epoch, or has not one fragment for each cloud.
    pub fn new(
        clouds: u8,
        epochs: Vec<(Epoch, Hash32)>,
        packs: Vec<CataloguePack>,
    ) -> Result<Self, ObjectFault> {
        let catalogue = Self {
            format: FORMAT.into(),
            epochs,
            packs,
        };
        catalogue.check(clouds)?;
        Ok(catalogue)
    }

    /// The CBOR, without padding.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ObjectFault> {
        cbor::to_bytes(OBJECT, self)
    }

    /// Reads the CBOR, padded or not, of a repository of `clouds` clouds.
    ///
    /// # Errors
    /// Names the member at fault.
    pub fn from_bytes(bytes: &[u8], clouds: u8) -> Result<Self, ObjectFault> {
        let catalogue: Self = cbor::from_padded(OBJECT, bytes)?;
        catalogue.check(clouds)?;
        Ok(catalogue)
    }

    /// Seals it for the clouds.
    ///
    /// # Errors
    /// When it is larger than 2³² pieces, or the library cannot seal.
    pub fn seal(&self, key: &CatalogueKey, run: Run) -> Result<SealedCatalogue, ObjectFault> {
        let mut bytes = self.to_bytes()?;
        cbor::pad(&mut bytes, UNIT - TAG);
        let mut pieces = Vec::new();
        for (plain, j) in bytes.chunks(CATALOGUE_PIECE - TAG).zip(0u32..) {
            let piece = seal(key.expose(), nonce(j), &[&associated(run, j)], plain)
                .map_err(|_| ObjectFault::new(OBJECT, "object", "cannot be sealed"))?;
            pieces.push(piece);
        }
        let reference = CatalogueRef {
            pieces: u32::try_from(pieces.len())
                .map_err(|_| ObjectFault::new(OBJECT, "object", "too large"))?,
            hash: hash(&pieces),
        };
        Ok(SealedCatalogue { pieces, reference })
    }

    /// Opens the pieces that a head refers to.
    ///
    /// # Errors
    /// When they are not the head's, or break the format.
    pub fn open<P: AsRef<[u8]>>(
        pieces: &[P],
        reference: &CatalogueRef,
        key: &CatalogueKey,
        run: Run,
        clouds: u8,
    ) -> Result<Self, ObjectFault> {
        if u32::try_from(pieces.len()) != Ok(reference.pieces) {
            return Err(ObjectFault::new(
                OBJECT,
                "pieces",
                "not as many as the head says",
            ));
        }
        if hash(pieces) != reference.hash {
            return Err(ObjectFault::new(
                OBJECT,
                "hash",
                "not the one that the head says",
            ));
        }
        let mut bytes = Vec::new();
        for (piece, j) in pieces.iter().zip(0u32..) {
            let plain = open(
                key.expose(),
                nonce(j),
                &[&associated(run, j)],
                piece.as_ref(),
            )
            .map_err(|fault| ObjectFault::new(OBJECT, format!("piece {j}"), fault))?;
            bytes.extend_from_slice(&plain);
        }
        Self::from_bytes(&bytes, clouds)
    }

    /// The Merkle tree hash (RFC 9162 §2.1.1) over one leaf for each pack and cloud.
    #[must_use]
    pub fn fragments_root(&self) -> Hash32 {
        let mut tree = MerkleTree::default();
        for pack in &self.packs {
            for (fragment, i) in pack.fragments.iter().zip(1u8..) {
                tree.push(&[pack.pack.as_bytes(), &[i], fragment.as_bytes()]);
            }
        }
        tree.root()
    }

    fn check(&self, clouds: u8) -> Result<(), ObjectFault> {
        let wrong = |field: String, what| Err(ObjectFault::new(OBJECT, field, what));
        if self.format != FORMAT {
            return wrong("format".into(), "unknown");
        }
        let mut epochs: Vec<_> = self.epochs.iter().map(|(epoch, _)| epoch).collect();
        epochs.sort_unstable();
        if epochs.windows(2).any(|two| two[0] == two[1]) {
            return wrong("epochs".into(), "an epoch stands twice");
        }
        for (at, pack) in self.packs.iter().enumerate() {
            let field = || format!("packs[{at}]");
            if usize::try_from(pack.epoch).map_or(true, |epoch| epoch >= self.epochs.len()) {
                return wrong(field(), "of an epoch that is not listed");
            }
            if pack.class > 3 {
                return wrong(field(), "unknown class");
            }
            if pack.fragments.len() != usize::from(clouds) {
                return wrong(field(), "not one fragment for each cloud");
            }
        }
        let mut packs: Vec<_> = self.packs.iter().map(|pack| pack.pack).collect();
        packs.sort_unstable();
        if packs.windows(2).any(|two| two[0] == two[1]) {
            return wrong("packs".into(), "a pack stands twice");
        }
        Ok(())
    }
}

/// SHA-256 of the sealed pieces joined.
fn hash<P: AsRef<[u8]>>(pieces: &[P]) -> Hash32 {
    let parts: Vec<&[u8]> = pieces.iter().map(AsRef::as_ref).collect();
    sha256(&parts)
}

fn nonce(j: u32) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[8..].copy_from_slice(&j.to_be_bytes());
    nonce
}

fn associated(run: Run, j: u32) -> Vec<u8> {
    [
        b"lifeboat vault catalogue/1",
        &run.as_bytes()[..],
        &j.to_be_bytes(),
    ]
    .concat()
}
