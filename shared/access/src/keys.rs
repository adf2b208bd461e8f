//! Keys: public ones from strict JWK sets, private ones from PEM, and which algorithm each is for.
//!
//! Two algorithms are in use, ES256 (RFC 7518) and `EdDSA` with Ed25519 (RFC 8037). RSA and everything symmetric are
//! refused. A key is parsed once and kept.

pub(crate) mod pem;
mod public;
pub(crate) mod set;
mod signing;
mod spki;
#[cfg(test)]
mod wycheproof;

pub use public::{KeyFault, PublicKey};
pub(crate) use set::text;
pub use set::{Key, KeySet, KeySetFault, jwks};
pub use signing::{SigningKey, SigningKeyFault};

/// What a key is for; a property of the key, never of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// The name of JOSE: `ES256`, `EdDSA`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The algorithm of that name, exactly; `None` for every other, `none` among them.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Es256, Self::EdDsa]
            .into_iter()
            .find(|algorithm| algorithm.as_str() == name)
    }
}
