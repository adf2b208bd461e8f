//! What the host derives from the content key of a generation for itself: none of it is part of the format.

use zeroize::Zeroizing;

use crate::object::ContentKey;

/// What moves the borders of content-defined pieces, so that they say nothing about known content.
pub(crate) fn seed(key: &ContentKey) -> u64 {
    let derived = key.derive("lifeboat vault seed of pieces/1");
    let mut seed = [0; 8];
    seed.copy_from_slice(&derived[..8]);
    // Zero would mean the well-known borders.
    u64::from_be_bytes(seed) | 1
}

/// Compares rows between two runs, and proves that the file of rows is as it was written.
#[derive(Clone)]
pub(crate) struct RowKey(Zeroizing<[u8; 32]>);

/// The first 128 bits of a row's keyed BLAKE3.
pub(crate) type RowHash = [u8; 16];

impl std::fmt::Debug for RowKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("RowKey(…)")
    }
}

impl RowKey {
    /// The key under which rows are compared. It stays on the backup host.
    pub(crate) fn of(key: &ContentKey) -> Self {
        Self(key.derive("lifeboat vault key of rows/1"))
    }

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
