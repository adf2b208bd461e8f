//! What two services share: the secret that the tokens of one to the other are authenticated with.

use std::fmt;

use aws_lc_rs::agreement::{UnparsedPublicKey, X25519, agree};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use serde_json::json;

use super::service_key::ServiceKey;
use super::trusted::TrustedKey;
use super::{ServiceKeys, TYPE};
use crate::{secret, strict};

/// Separates this use of the keys from every other.
const SALT: &[u8] = b"lifeboat internal token v1";

/// Two services share no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a trusted key of {service} is not sound")]
pub struct PairFault {
    service: String,
}

/// One direction between two keys: tokens of `issuer` for `audience`.
pub(super) struct Pair {
    issuer: String,
    /// The whole protected header, encoded. A token of this pair has it to the byte, so that there is nothing to interpret:
    /// no algorithm to choose, no type to confuse.
    header: String,
    mac: hmac::Key,
}

/// The end of a pair whose private key is at hand.
#[derive(Clone, Copy)]
pub(super) enum Own {
    Issuer,
    Audience,
}

impl Pair {
    /// HKDF-SHA256 (RFC 5869) of the X25519 secret, bound to both names, both keys and the direction.
    pub(super) fn derive(
        own: (&str, &ServiceKey),
        other: &TrustedKey,
        side: Own,
    ) -> Result<Self, PairFault> {
        let fault = || PairFault {
            service: other.service.clone(),
        };
        let ours = [own.0, own.1.kid()];
        let theirs = [other.service.as_str(), other.kid.as_str()];
        let (issuer, audience) = match side {
            Own::Issuer => (ours, theirs),
            Own::Audience => (theirs, ours),
        };
        let mut info = Vec::new();
        for part in [issuer, audience].as_flattened() {
            info.extend_from_slice(&(part.len() as u64).to_be_bytes());
            info.extend_from_slice(part.as_bytes());
        }
        let public = UnparsedPublicKey::new(&X25519, &other.point);
        // A point of small order gives no secret, and is refused by the library.
        let mac = agree(own.1.private(), public, fault(), |shared| {
            let derived = Salt::new(HKDF_SHA256, SALT).extract(shared);
            let context = [info.as_slice()];
            let expanded = derived.expand(&context, HMAC_SHA256);
            expanded.map(hmac::Key::from).map_err(|_| fault())
        })?;
        let header = json!({"alg": "HS256", "kid": secret::sha256_text(&info), "typ": TYPE});
        Ok(Self {
            issuer: issuer[0].to_owned(),
            header: strict::encode(header.to_string()),
            mac,
        })
    }

    /// All pairs in which `own` is asked.
    pub(super) fn towards(
        own: &str,
        keys: &ServiceKeys,
        trusted: &super::TrustedServices,
    ) -> Result<Vec<Self>, PairFault> {
        let each = |other| {
            let ours = keys.all().iter();
            ours.map(move |key| Self::derive((own, key), other, Own::Audience))
        };
        trusted.others(own).flat_map(each).collect()
    }

    pub(super) fn issuer(&self) -> &str {
        &self.issuer
    }

    pub(super) fn header(&self) -> &str {
        &self.header
    }

    /// The compact JWS (RFC 7515) of these claims.
    pub(super) fn token(&self, claims: &[u8]) -> String {
        let mut token = String::with_capacity(self.header.len() + claims.len() * 4 / 3 + 50);
        token.push_str(&self.header);
        token.push('.');
        strict::encode_into(claims, &mut token);
        let tag = hmac::sign(&self.mac, token.as_bytes());
        token.push('.');
        strict::encode_into(tag.as_ref(), &mut token);
        token
    }

    /// Whether `tag` is this pair's over `message`; compared in constant time.
    pub(super) fn vouches(&self, message: &str, tag: &[u8]) -> bool {
        hmac::verify(&self.mac, message.as_bytes(), tag).is_ok()
    }
}

impl fmt::Debug for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pair")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}
