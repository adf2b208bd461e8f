//! The caller's side of a conversation: a key of its own, and the nonce that the server gave last.

use chrono::{DateTime, Utc};

use super::ProofKey;
use crate::keys::SigningKeyFault;

/// What a caller proves its requests with (RFC 9449 §8): its key, and the nonce that it was given last.
#[derive(Debug)]
pub struct Holder {
    key: ProofKey,
    nonce: Option<String>,
}

impl Holder {
    /// A caller with a new key and no nonce yet.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn generate() -> Result<Self, SigningKeyFault> {
        Ok(Self {
            key: ProofKey::generate()?,
            nonce: None,
        })
    }

    /// A proof for one request at `now`, see [`ProofKey::prove`].
    ///
    /// # Errors
    /// When the cryptographic library fails.
    pub fn prove(
        &self,
        method: &str,
        url: &str,
        token: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<String, SigningKeyFault> {
        self.key
            .prove(method, url, token, self.nonce.as_deref(), now)
    }

    /// Listens to an answer, of which `header` gives a header's text: keeps the nonce that it carries, and says whether it
    /// asks for the same request again with that nonce. A token endpoint asks in its body instead (RFC 9449 §8).
    pub fn hear<'a>(&mut self, header: impl Fn(&'static str) -> Option<&'a str>) -> bool {
        if let Some(nonce) = header("dpop-nonce") {
            self.nonce = Some(nonce.to_owned());
        }
        header("www-authenticate").is_some_and(|challenge| challenge.contains("use_dpop_nonce"))
    }

    /// Forgets the nonce, to be given a fresh one.
    pub fn forget_nonce(&mut self) {
        self.nonce = None;
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &ProofKey {
        &self.key
    }

    /// The nonce that was given last.
    #[must_use]
    pub fn nonce(&self) -> Option<&str> {
        self.nonce.as_deref()
    }
}
