use std::collections::HashMap;
use std::time::Duration;

use runtime::clock::SharedClock;

use super::pair::Pair;
use super::{
    Claims, GATEWAY, InternalRequest, LIFETIME, PairFault, ServiceKeys, TrustedServices, body_hash,
    path_hash,
};
use crate::caller::{Caller, CallerKind};
use crate::jws::JwsFault;
use crate::lifetime::{TimeFault, Times, Window};
use crate::replay::{Memory, ReplayUnavailable};
use crate::{secret, strict};

/// The longest token taken, in bytes.
const MAX_BYTES: usize = 8 * 1024;

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
    /// Not such a token, or not authenticated with the secret of its two services.
    #[error(transparent)]
    Token(#[from] JwsFault),
    /// Not the header of tokens between a trusted service and this one: another service, key, algorithm or type.
    #[error("not of a trusted service for this one")]
    UnknownKey,
    /// The request is for another service.
    #[error("for another service")]
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
    /// By the header that their tokens have.
    pairs: HashMap<String, Pair>,
    clock: SharedClock,
    seen: Memory,
}

impl InternalVerifier {
    /// Verifies for the service called `own` with its `keys` what the `trusted` ones mint for it.
    ///
    /// # Errors
    /// When a trusted key is unsound.
    pub fn new(
        own: impl Into<String>,
        keys: &ServiceKeys,
        trusted: &TrustedServices,
        clock: SharedClock,
    ) -> Result<Self, PairFault> {
        let service = own.into();
        let pairs = Pair::towards(&service, keys, trusted)?;
        Ok(Self {
            service,
            pairs: pairs
                .into_iter()
                .map(|pair| (pair.header().to_owned(), pair))
                .collect(),
            seen: Memory::new(clock.clone()),
            clock,
        })
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
        let (pair, claims) = self.authentic(token)?;
        if request.audience != self.service {
            return Err(InternalFault::OtherAudience);
        }
        if claims.htm != request.method
            || !secret::same(&claims.pqh, &path_hash(request))
            || !secret::same(&claims.bdh, &body_hash(request))
        {
            return Err(InternalFault::OtherRequest);
        }
        let times = Times {
            issued: claims.iat,
            not_before: None,
            expires: claims.exp,
        };
        times.check(self.clock.now(), WINDOW)?;
        if !may_speak_for(pair.issuer(), &claims.caller) {
            return Err(InternalFault::OtherCaller);
        }
        if claims.jti.is_empty() || claims.jti.len() > MAX_ID {
            return Err(JwsFault::Claims.into());
        }
        let name = [pair.header(), ".", &claims.jti].concat();
        if self.seen.first_use(&name, REMEMBERED)? {
            Ok(claims.caller)
        } else {
            Err(InternalFault::Replayed)
        }
    }

    /// What a trusted service vouches for, and which one. Nothing is read before its authenticity is known.
    fn authentic(&self, token: &str) -> Result<(&Pair, Claims), InternalFault> {
        if token.len() > MAX_BYTES {
            return Err(JwsFault::TooLong.into());
        }
        let (message, tag) = token.rsplit_once('.').ok_or(JwsFault::Malformed)?;
        let (header, claims) = message.split_once('.').ok_or(JwsFault::Malformed)?;
        let tag = strict::decode(tag).ok_or(JwsFault::Malformed)?;
        let pair = self.pairs.get(header).ok_or(InternalFault::UnknownKey)?;
        if !pair.vouches(message, &tag) {
            return Err(JwsFault::Signature.into());
        }
        let claims = strict::decode(claims).ok_or(JwsFault::Malformed)?;
        let claims = serde_json::from_slice(&claims).map_err(|_| JwsFault::Claims)?;
        Ok((pair, claims))
    }
}

/// A service speaks for itself; the gateway also for everybody who is not a service.
fn may_speak_for(issuer: &str, caller: &Caller) -> bool {
    match caller.kind {
        CallerKind::Service => caller.subject == issuer,
        _ => issuer == GATEWAY,
    }
}
