use std::time::Duration;

use arc_swap::ArcSwap;
use runtime::clock::SharedClock;

use super::{Claims, GATEWAY, InternalRequest, LIFETIME, TYPE, body_hash, path_hash};
use crate::caller::{Caller, CallerKind};
use crate::jws::{Form, JwsFault, Unverified};
use crate::keys::{Key, KeySet};
use crate::lifetime::{TimeFault, Times, Window};
use crate::replay::{Memory, ReplayUnavailable};
use crate::secret;

const FORM: Form = Form {
    types: &[TYPE],
    untyped: false,
    own_key: false,
    max_bytes: 8 * 1024,
};

/// Seconds by which the clocks of two services may differ.
const LEEWAY: u8 = 5;

const WINDOW: Window = Window::new(LEEWAY, LIFETIME);

/// How long a token's `jti` is remembered: as long as it could be accepted.
const REMEMBERED: Duration = Duration::from_secs((LIFETIME as u64) + 2 * (LEEWAY as u64));

/// Longer than any `jti` minted here.
const MAX_ID: usize = 64;

/// Why a service does not take a token. All are 401.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InternalFault {
    /// Not such a token, or not signed by its key.
    #[error(transparent)]
    Token(#[from] JwsFault),
    /// A key that is not trusted, or that speaks for no service.
    #[error("not a trusted key")]
    UnknownKey,
    /// The key is of another service than the token says.
    #[error("the key of another service")]
    OtherIssuer,
    /// Minted for another service.
    #[error("minted for another service")]
    OtherAudience,
    /// Minted for another method, path, query or body.
    #[error("minted for another request")]
    OtherRequest,
    /// The issuer may not speak for this caller.
    #[error("the issuer may not speak for this caller")]
    OtherCaller,
    /// Too early, too late, or too long.
    #[error(transparent)]
    Time(#[from] TimeFault),
    /// Used before.
    #[error("used before")]
    Replayed,
    /// Whether it was used before cannot be said.
    #[error(transparent)]
    Unavailable(#[from] ReplayUnavailable),
}

/// Verifies tokens that were minted for one service.
#[derive(Debug)]
pub struct InternalVerifier {
    service: String,
    keys: ArcSwap<KeySet>,
    clock: SharedClock,
    seen: Memory,
}

impl InternalVerifier {
    /// Verifies for the service called `own`. Each key of `keys` names its service by `lifeboat_service`.
    #[must_use]
    pub fn new(own: impl Into<String>, keys: KeySet, clock: SharedClock) -> Self {
        Self {
            service: own.into(),
            keys: ArcSwap::from_pointee(keys),
            seen: Memory::new(clock.clone()),
            clock,
        }
    }

    /// Trusts these keys from now on, and no others.
    pub fn set_keys(&self, keys: KeySet) {
        self.keys.store(keys.into());
    }

    /// The caller, if `token` was minted for exactly this request and was not used before.
    ///
    /// # Errors
    /// See [`InternalFault`].
    pub fn verify(
        &self,
        token: &str,
        request: &InternalRequest<'_>,
    ) -> Result<Caller, InternalFault> {
        let token = Unverified::parse(token, &FORM)?;
        let keys = self.keys.load();
        let kid = token
            .header()
            .kid
            .as_deref()
            .ok_or(InternalFault::UnknownKey)?;
        let key = keys.find(Some(kid)).ok_or(InternalFault::UnknownKey)?;
        let claims: Claims = token.verify(key.public())?;
        let issuer = issuer(key, &claims)?;
        if claims.aud != self.service || request.audience != self.service {
            return Err(InternalFault::OtherAudience);
        }
        if claims.htm != request.method
            || !secret::same(&claims.pqh, &path_hash(request))
            || !secret::same(&claims.bdh, &body_hash(request))
        {
            return Err(InternalFault::OtherRequest);
        }
        let times = Times {
            issued: claims.iat.0,
            not_before: None,
            expires: claims.exp.0,
        };
        times.check(self.clock.now(), WINDOW)?;
        if !may_speak_for(issuer, &claims.caller) {
            return Err(InternalFault::OtherCaller);
        }
        if claims.jti.is_empty() || claims.jti.len() > MAX_ID {
            return Err(JwsFault::Claims.into());
        }
        if self
            .seen
            .first_use(&format!("{kid} {}", claims.jti), REMEMBERED)?
        {
            Ok(claims.caller)
        } else {
            Err(InternalFault::Replayed)
        }
    }
}

/// The service that the key speaks for, if the token says the same.
fn issuer<'a>(key: &'a Key, claims: &Claims) -> Result<&'a str, InternalFault> {
    let service = key.service().ok_or(InternalFault::UnknownKey)?;
    if service == claims.iss {
        Ok(service)
    } else {
        Err(InternalFault::OtherIssuer)
    }
}

/// A service speaks for itself; the gateway also for everybody who is not a service.
fn may_speak_for(issuer: &str, caller: &Caller) -> bool {
    match caller.kind {
        CallerKind::Service => caller.subject == issuer,
        _ => issuer == GATEWAY,
    }
}
