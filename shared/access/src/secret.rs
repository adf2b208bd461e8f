//! Hashes and comparisons of secrets.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand;

use crate::strict;

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}

/// SHA-256 in base64url, as `ath`, `jkt` and body hashes have it.
pub(crate) fn sha256_text(bytes: &[u8]) -> String {
    strict::encode(sha256(bytes))
}

/// Compares in a time that does not depend on where the two differ.
pub(crate) fn same(left: &str, right: &str) -> bool {
    verify_slices_are_equal(left.as_bytes(), right.as_bytes()).is_ok()
}

/// 128 unguessable bits in base64url; `None` when the system has no randomness to give.
pub(crate) fn random_id() -> Option<String> {
    let mut bytes = [0_u8; 16];
    rand::fill(&mut bytes).ok()?;
    Some(strict::encode(bytes))
}
