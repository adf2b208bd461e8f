use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::service_key::thumbprint;
use crate::keys::{KeyFault, KeySetFault, set, text};
use crate::strict;

/// A public key, and whose it is.
pub(super) struct TrustedKey {
    pub(super) service: String,
    pub(super) kid: String,
    pub(super) point: Vec<u8>,
}

/// The public keys of the services, in the order of their file; immutable and cheap to clone.
#[derive(Clone, Default)]
pub struct TrustedServices(Arc<Vec<TrustedKey>>);

impl TrustedServices {
    /// Reads a JWK Set (RFC 7517 §5, RFC 8037), strictly: X25519 keys, each with the member `lifeboat_service` that says
    /// whose it is.
    ///
    /// # Errors
    /// See [`KeySetFault`].
    pub fn from_jwks(text: &str) -> Result<Self, KeySetFault> {
        Self::from_members(&set::members(text)?)
    }

    /// A set of single JWKs, under the same rules.
    ///
    /// # Errors
    /// See [`KeySetFault`].
    pub fn from_members<'a>(
        jwks: impl IntoIterator<Item = &'a Map<String, Value>>,
    ) -> Result<Self, KeySetFault> {
        let mut keys: Vec<TrustedKey> = Vec::new();
        for (place, jwk) in jwks.into_iter().enumerate() {
            if place >= set::MAX_KEYS {
                return Err(KeySetFault::Malformed);
            }
            let key = TrustedKey::from_jwk(jwk).map_err(|fault| KeySetFault::Key(place, fault))?;
            // One key for two services would let one speak for the other.
            if keys.iter().any(|known| known.kid == key.kid) {
                return Err(KeySetFault::DuplicateKid);
            }
            keys.push(key);
        }
        if keys.is_empty() {
            return Err(KeySetFault::Empty);
        }
        Ok(Self(Arc::new(keys)))
    }

    /// The services whose keys are here, each once.
    #[must_use]
    pub fn services(&self) -> BTreeSet<&str> {
        self.0.iter().map(|key| key.service.as_str()).collect()
    }

    pub(super) fn others<'a>(&'a self, own: &'a str) -> impl Iterator<Item = &'a TrustedKey> {
        self.0.iter().filter(move |key| key.service != own)
    }
}

impl TrustedKey {
    fn from_jwk(jwk: &Map<String, Value>) -> Result<Self, KeyFault> {
        set::refuse_secrets(jwk)?;
        if text(jwk, "kty")?.as_deref() != Some("OKP")
            || text(jwk, "crv")?.as_deref() != Some("X25519")
        {
            return Err(KeyFault::NotX25519);
        }
        if jwk.get("use").is_some_and(|usage| usage != "enc")
            || jwk.contains_key("key_ops")
            || jwk.contains_key("alg")
        {
            return Err(KeyFault::OtherUse);
        }
        let point = text(jwk, "x")?
            .and_then(|x| strict::decode(&x))
            .filter(|point| point.len() == 32)
            .ok_or(KeyFault::Malformed)?;
        let kid = thumbprint(&point);
        if text(jwk, "kid")?.is_some_and(|named| named != kid) {
            return Err(KeyFault::Malformed);
        }
        Ok(Self {
            service: text(jwk, "lifeboat_service")?.ok_or(KeyFault::Malformed)?,
            kid,
            point,
        })
    }
}

impl fmt::Debug for TrustedServices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TrustedServices({} keys)", self.0.len())
    }
}
