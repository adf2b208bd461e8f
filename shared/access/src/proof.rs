//! Proof of possession (DPoP, RFC 9449): the caller signs each request with the key that the token is bound to.

mod holder;
mod key;
mod nonce;
mod target;
mod verifier;

use std::fmt;
use std::time::Duration;

use crate::jws::JwsFault;
use crate::keys::KeyFault;

pub use holder::Holder;
pub use key::ProofKey;
pub use nonce::{Nonces, WeakNonceKey};
pub use target::{Target, TargetFault};
pub use verifier::{Bound, NoncePolicy, ProofVerifier};

/// The `typ` of a proof (RFC 9449 §4.2).
pub const TYPE: &str = "dpop+jwt";

/// A proof that holds for one request. It counts only once: take [`Proof::replay_key`] to the replay store.
#[derive(Clone, PartialEq, Eq)]
pub struct Proof {
    /// The thumbprint of the key that signed (RFC 7638).
    pub jkt: String,
    /// The proof's own name.
    pub jti: String,
    /// When it was made, in seconds since 1970.
    pub iat: i64,
}

impl Proof {
    /// How long a proof could be accepted again, and so must be remembered.
    pub const REMEMBERED: Duration = verifier::REMEMBERED;

    /// What to remember it by. The key is part of it, so that nobody uses up another's names.
    #[must_use]
    pub fn replay_key(&self) -> String {
        let name = format!("{} {}", self.jkt, self.jti);
        format!("dpop:{}", crate::secret::sha256_text(name.as_bytes()))
    }
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proof")
            .field("iat", &self.iat)
            .finish_non_exhaustive()
    }
}

/// Why a proof is refused. All are 401 (400 at the token endpoint).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// Not a proof, or not signed by the key it carries.
    #[error(transparent)]
    Proof(#[from] JwsFault),
    /// The key it carries is missing or not taken.
    #[error("the proof's key: {0}")]
    Key(#[from] KeyFault),
    /// For another method.
    #[error("made for another method")]
    Method,
    /// For another address.
    #[error("made for another address")]
    Address,
    /// Made too long ago, or in the future.
    #[error("not made just now")]
    Time,
    /// For another token, or for none.
    #[error("made for another token")]
    OtherToken,
    /// By another key than the token is bound to; `error="invalid_token"`.
    #[error("by another key than the token is bound to")]
    OtherKey,
    /// Without a nonce, or with one that is no longer taken; `error="use_dpop_nonce"`, with a fresh one.
    #[error("a fresh nonce is asked for")]
    UseNonce,
}
