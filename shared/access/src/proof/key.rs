use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::Serialize;

use super::TYPE;
use crate::keys::{SigningKey, SigningKeyFault};
use crate::secret;

/// The caller's side: a key that tokens are bound to.
#[derive(Debug)]
pub struct ProofKey(SigningKey);

#[derive(Serialize)]
struct Claims<'a> {
    jti: &'a str,
    htm: &'a str,
    htu: &'a str,
    iat: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    ath: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
}

impl ProofKey {
    /// A new ES256 key.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn generate() -> Result<Self, SigningKeyFault> {
        SigningKey::generate_es256().map(Self)
    }

    /// A key from PKCS#8 PEM, P-256 or Ed25519.
    ///
    /// # Errors
    /// See [`SigningKeyFault`].
    pub fn from_pem(text: &str) -> Result<Self, SigningKeyFault> {
        SigningKey::from_pkcs8_pem(text).map(Self)
    }

    /// The key as PKCS#8 PEM, to be kept.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    pub fn to_pem(&self) -> Result<SecretString, SigningKeyFault> {
        self.0.to_pkcs8_pem()
    }

    /// The thumbprint that tokens bound to this key carry.
    #[must_use]
    pub fn jkt(&self) -> &str {
        self.0.kid()
    }

    /// A proof for one request at `now`: the method, the address (query and fragment are left off), the token it goes
    /// with if any, and the server's last nonce if it gave one.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    pub fn prove(
        &self,
        method: &str,
        url: &str,
        token: Option<&str>,
        nonce: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<String, SigningKeyFault> {
        let jti = secret::random_id().ok_or(SigningKeyFault::Failed)?;
        let claims = Claims {
            jti: &jti,
            htm: method,
            htu: url.split(['?', '#']).next().unwrap_or_default(),
            iat: now.timestamp(),
            ath: token.map(|token| secret::sha256_text(token.as_bytes())),
            nonce,
        };
        self.0.sign_with_jwk(TYPE, &claims)
    }
}
