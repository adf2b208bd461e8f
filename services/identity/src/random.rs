//! Secrets and identifiers that nobody can guess.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::fill;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::store::refresh::TokenHash;

/// The system has no randomness to give; nothing can be issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system has no randomness to give")]
pub(crate) struct NoRandomness;

/// 256 random bits.
pub(crate) fn secret() -> Result<[u8; 32], NoRandomness> {
    let mut bytes = [0; 32];
    fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// 256 random bits in base64url.
pub(crate) fn text() -> Result<String, NoRandomness> {
    Ok(URL_SAFE_NO_PAD.encode(secret()?))
}

/// What is stored of a refresh token. It holds 256 random bits, so a plain hash cannot be guessed back.
pub(crate) fn token_hash(token: &str) -> TokenHash {
    let mut hash = TokenHash::default();
    hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    hash
}
