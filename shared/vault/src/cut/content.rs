//! What the host derives from the content key of a generation for itself: none of it is part of the format.

use siphasher::sip128::SipHasher13;
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
///
/// Rows are hashed with SipHash-1-3, which takes a fifth of the time of keyed BLAKE3 on the hundred bytes of a row: hashing them all was
/// the greatest part of cutting. Nobody who chooses rows sees a hash, so that finding two rows of one hash takes luck: 2⁻⁹⁶ for each two
/// rows that are compared (why: `docs/adr/rows-found-again-by-key-order.md`).
#[derive(Clone)]
pub(crate) struct RowKey {
    rows: Zeroizing<[u64; 2]>,
    blocks: Zeroizing<[u8; 32]>,
}

/// The first bits of a row's keyed hash.
pub(crate) type RowHash = [u8; ROW_HASH];

/// Bytes of a row's hash: there are as many of them as rows, and each is written in every run.
pub(crate) const ROW_HASH: usize = 12;

/// A proof that bytes are as they were written: the first 128 bits of their keyed BLAKE3.
pub(crate) type Tag = [u8; 16];

impl std::fmt::Debug for RowKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("RowKey(…)")
    }
}

impl RowKey {
    /// The key under which rows are compared. It stays on the backup host.
    pub(crate) fn of(key: &ContentKey) -> Self {
        let rows = key.derive("lifeboat vault key of rows/2");
        let half = |at: usize| {
            let mut half = [0; 8];
            half.copy_from_slice(&rows[at..at + 8]);
            u64::from_le_bytes(half)
        };
        Self {
            rows: Zeroizing::new([half(0), half(8)]),
            blocks: key.derive("lifeboat vault key of blocks of rows/2"),
        }
    }

    #[inline]
    pub(crate) fn hash(&self, row: &[u8]) -> RowHash {
        let [first, second] = *self.rows;
        let whole = SipHasher13::new_with_keys(first, second).hash(row);
        let mut hash = [0; ROW_HASH];
        hash[..8].copy_from_slice(&whole.h1.to_le_bytes());
        hash[8..].copy_from_slice(&whole.h2.to_le_bytes()[..ROW_HASH - 8]);
        hash
    }

    /// A tag over several pieces, each bound to its length.
    pub(crate) fn tag(&self, kind: u8, number: u64, bytes: &[u8]) -> Tag {
        let mut hasher = blake3::Hasher::new_keyed(&self.blocks);
        hasher.update(&[kind]);
        hasher.update(&number.to_be_bytes());
        hasher.update(bytes);
        let mut tag = [0; 16];
        tag.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        tag
    }
}
