//! The key of a service: X25519 (RFC 7748), so that two services share a secret without ever sending one.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::agreement::{PrivateKey, X25519};
use aws_lc_rs::encoding::{AsBigEndian, Curve25519SeedBin};
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use crate::keys::{SigningKeyFault, pem};
use crate::{secret, strict};

/// `PrivateKeyInfo` of an X25519 key up to the key itself (RFC 8410 §7); the DER has no other spelling.
const PKCS8_HEAD: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x04, 0x22, 0x04, 0x20,
];

/// The key in use, the one before and the one to come, with room for one more.
const MAX_KEYS: usize = 4;

/// The `kid` of the public key at this point: its RFC 7638 thumbprint.
pub(super) fn thumbprint(point: &[u8]) -> String {
    let x = strict::encode(point);
    secret::sha256_text(format!(r#"{{"crv":"X25519","kty":"OKP","x":"{x}"}}"#).as_bytes())
}

/// A service's private key. Parsed once; the key itself stays inside the cryptographic library.
pub struct ServiceKey {
    private: PrivateKey,
    point: Vec<u8>,
    kid: String,
}

impl ServiceKey {
    /// A new key.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn generate() -> Result<Self, SigningKeyFault> {
        Self::of(PrivateKey::generate(&X25519).map_err(|_| SigningKeyFault::Failed)?)
    }

    fn from_der(der: &[u8]) -> Result<Self, SigningKeyFault> {
        let key = der
            .strip_prefix(&PKCS8_HEAD)
            .ok_or(SigningKeyFault::NotAServiceKey)?;
        Self::of(
            PrivateKey::from_private_key(&X25519, key)
                .map_err(|_| SigningKeyFault::NotAServiceKey)?,
        )
    }

    fn of(private: PrivateKey) -> Result<Self, SigningKeyFault> {
        let public = private
            .compute_public_key()
            .map_err(|_| SigningKeyFault::Failed)?;
        Ok(Self {
            point: public.as_ref().to_vec(),
            kid: thumbprint(public.as_ref()),
            private,
        })
    }

    /// Its name: the RFC 7638 thumbprint of the public half.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public half as a member of the set by which services trust one another: `lifeboat_service` says whose it is.
    #[must_use]
    pub fn service_jwk(&self, service: &str) -> Map<String, Value> {
        let members = [
            ("kty", json!("OKP")),
            ("crv", json!("X25519")),
            ("x", strict::encode(&self.point).into()),
            ("use", json!("enc")),
            ("kid", self.kid.as_str().into()),
            ("lifeboat_service", service.into()),
        ];
        members
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    /// The private key as PKCS#8 in PEM, as OpenSSL reads it.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    pub fn to_pkcs8_pem(&self) -> Result<SecretString, SigningKeyFault> {
        let seed: Curve25519SeedBin<'static> = self
            .private
            .as_be_bytes()
            .map_err(|_| SigningKeyFault::Failed)?;
        let der = Zeroizing::new([&PKCS8_HEAD, seed.as_ref()].concat());
        Ok(pem::encode(&der).into())
    }

    pub(super) fn private(&self) -> &PrivateKey {
        &self.private
    }
}

impl fmt::Debug for ServiceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServiceKey(…)")
    }
}

/// The keys of one service: it asks with the first, and takes what was minted for any of them, so that a key can be changed
/// while requests go on. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ServiceKeys(Arc<Vec<ServiceKey>>);

impl ServiceKeys {
    /// Reads one to four unencrypted PKCS#8 blocks in PEM (`openssl genpkey -algorithm X25519`).
    ///
    /// # Errors
    /// See [`SigningKeyFault`].
    pub fn from_pkcs8_pem(text: &str) -> Result<Self, SigningKeyFault> {
        let blocks = pem::decode_all(text).ok_or(SigningKeyFault::NotPem)?;
        if !(1..=MAX_KEYS).contains(&blocks.len()) {
            return Err(SigningKeyFault::NotPem);
        }
        let keys: Result<Vec<_>, _> = blocks.iter().map(|der| ServiceKey::from_der(der)).collect();
        Ok(Self(Arc::new(keys?)))
    }

    pub(super) fn all(&self) -> &[ServiceKey] {
        &self.0
    }
}

impl From<ServiceKey> for ServiceKeys {
    fn from(key: ServiceKey) -> Self {
        Self(Arc::new(vec![key]))
    }
}
