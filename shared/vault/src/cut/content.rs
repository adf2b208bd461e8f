use zeroize::{Zeroize, ZeroizeOnDrop};

/// Keyed BLAKE3 of the decoded bytes of an extent under the content key of its generation (`docs/vault-format.md` §6).
pub type ContentHash = [u8; 32];

/// The content key of a generation: compares content inside of one repository and generation, and nowhere else.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct ContentKey([u8; 32]);

impl std::fmt::Debug for ContentKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("ContentKey(…)")
    }
}

impl ContentKey {
    /// Takes the 32 bytes that HKDF gave.
    #[must_use]
    pub const fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The hash of an extent's decoded bytes.
    #[must_use]
    pub fn hash(&self, raw: &[u8]) -> ContentHash {
        *blake3::keyed_hash(&self.0, raw).as_bytes()
    }

    /// What moves the borders of content-defined pieces, so that they say nothing about known content.
    #[must_use]
    pub fn seed(&self) -> u64 {
        let hash = self.hash(b"lifeboat vault seed of pieces/1");
        let mut seed = [0; 8];
        seed.copy_from_slice(&hash[..8]);
        // Zero would mean the well-known borders.
        u64::from_be_bytes(seed) | 1
    }

    /// The key under which rows are compared. It stays on the backup host.
    pub(crate) fn rows(&self) -> RowKey {
        RowKey(self.hash(b"lifeboat vault key of rows/1"))
    }
}

/// Compares rows between two runs, and proves that the file of rows is as it was written.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(crate) struct RowKey([u8; 32]);

/// The first 128 bits of a row's keyed BLAKE3.
pub(crate) type RowHash = [u8; 16];

impl std::fmt::Debug for RowKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("RowKey(…)")
    }
}

impl RowKey {
    #[inline]
    pub(crate) fn hash(&self, row: &[u8]) -> RowHash {
        let whole = blake3::keyed_hash(&self.0, row);
        let mut hash = [0; 16];
        hash.copy_from_slice(&whole.as_bytes()[..16]);
        hash
    }

    /// A tag over several pieces, each bound to its length.
    pub(crate) fn tag(&self, kind: u8, number: u64, bytes: &[u8]) -> RowHash {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(&[kind]);
        hasher.update(&number.to_be_bytes());
        hasher.update(bytes);
        let mut tag = [0; 16];
        tag.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        tag
    }
}
