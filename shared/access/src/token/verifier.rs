use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use moka::sync::Cache;
use runtime::clock::SharedClock;

use super::{AccessClaims, LIFETIME, TYPE, TokenError};
use crate::jws::{Form, Unverified};
use crate::keys::{KeySet, PublicKey};
use crate::lifetime::{Times, Window};
use crate::policy::{PolicyStore, Principal};
use crate::secret;

const FORM: Form = Form {
    types: &[TYPE],
    untyped: false,
    own_key: false,
    max_bytes: 6 * 1024,
};

/// Seconds by which the clocks of issuer and verifier may differ.
const LEEWAY: u8 = 5;

const WINDOW: Window = Window::new(LEEWAY, LIFETIME);

/// Verified tokens that are remembered: at most some 60 MiB.
const CAPACITY: u64 = 10_000;

/// A token that was verified, and what follows from its claims alone: made once, and used for all requests with it.
pub struct VerifiedToken {
    claims: AccessClaims,
    key: PublicKey,
    kid: Box<str>,
    principal: OnceLock<Option<Principal>>,
    holder: OnceLock<PublicKey>,
}

impl VerifiedToken {
    /// What it says.
    #[must_use]
    pub fn claims(&self) -> &AccessClaims {
        &self.claims
    }

    /// What policies are told of its caller; see [`PolicyStore::principal`].
    #[must_use]
    pub fn principal(&self, policies: &PolicyStore) -> Option<&Principal> {
        let made = || policies.principal(&self.claims.caller(None, None, None));
        self.principal.get_or_init(made).as_ref()
    }

    /// The key that it is bound to, once that key has proved itself.
    #[must_use]
    pub fn holder(&self) -> &OnceLock<PublicKey> {
        &self.holder
    }
}

impl Deref for VerifiedToken {
    type Target = AccessClaims;

    fn deref(&self) -> &AccessClaims {
        &self.claims
    }
}

impl fmt::Debug for VerifiedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.claims.fmt(f)
    }
}

/// Verifies access tokens; remembers verified ones by their hash. What may change is judged on every call: the times,
/// and whether the key is still trusted.
pub struct AccessVerifier {
    issuer: String,
    audience: String,
    clock: SharedClock,
    keys: ArcSwap<KeySet>,
    verified: Cache<[u8; 32], Arc<VerifiedToken>>,
}

impl AccessVerifier {
    /// A verifier that trusts no key yet.
    #[must_use]
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>, clock: SharedClock) -> Self {
        Self {
            issuer: issuer.into(),
            audience: audience.into(),
            clock,
            keys: ArcSwap::default(),
            verified: Cache::new(CAPACITY),
        }
    }

    /// Trusts the issuer's keys of now, and no others; tokens of a key that is gone are refused from now on.
    pub fn set_keys(&self, keys: KeySet) {
        self.keys.store(Arc::new(keys));
    }

    /// Whether there is a key to verify with.
    #[must_use]
    pub fn has_keys(&self) -> bool {
        !self.keys.load().is_empty()
    }

    /// What the token says, if it holds. Whether the caller holds its key is another question, which
    /// [`crate::proof::ProofVerifier`] answers.
    ///
    /// # Errors
    /// See [`TokenError`].
    pub fn verify(&self, token: &str) -> Result<Arc<VerifiedToken>, TokenError> {
        if token.len() > FORM.max_bytes {
            return Err(crate::jws::JwsFault::TooLong.into());
        }
        let hash = secret::sha256(token.as_bytes());
        let keys = self.keys.load();
        if let Some(known) = self.verified.get(&hash) {
            if !keys
                .find(Some(&known.kid))
                .is_some_and(|key| *key.public() == known.key)
            {
                return Err(TokenError::UnknownKey);
            }
            if let Err(fault) = self.in_time(&known.claims) {
                self.verified.invalidate(&hash);
                return Err(fault);
            }
            return Ok(known);
        }
        let verified = Arc::new(self.verify_whole(token, &keys)?);
        self.verified.insert(hash, Arc::clone(&verified));
        Ok(verified)
    }

    fn verify_whole(&self, token: &str, keys: &KeySet) -> Result<VerifiedToken, TokenError> {
        let token = Unverified::parse(token, &FORM)?;
        let kid = token
            .header()
            .kid
            .as_deref()
            .ok_or(TokenError::UnknownKey)?;
        let key = keys.find(Some(kid)).ok_or(TokenError::UnknownKey)?.public();
        let claims: AccessClaims = token.verify(key)?;
        if claims.iss != self.issuer {
            return Err(TokenError::Issuer);
        }
        if claims.aud != self.audience {
            return Err(TokenError::Audience);
        }
        if !claims.is_sound() {
            return Err(TokenError::Claims);
        }
        self.in_time(&claims)?;
        Ok(VerifiedToken {
            key: key.clone(),
            kid: kid.into(),
            claims,
            principal: OnceLock::new(),
            holder: OnceLock::new(),
        })
    }

    fn in_time(&self, claims: &AccessClaims) -> Result<(), TokenError> {
        let times = Times {
            issued: claims.iat,
            not_before: claims.nbf,
            expires: claims.exp,
        };
        Ok(times.check(self.clock.now(), WINDOW)?)
    }
}

impl fmt::Debug for AccessVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessVerifier")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}
