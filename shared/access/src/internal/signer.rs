use std::collections::HashMap;

use runtime::clock::SharedClock;

use super::pair::{Own, Pair};
use super::{
    InternalRequest, LIFETIME, Minted, PairFault, ServiceKeys, TrustedServices, body_hash,
    path_hash,
};
use crate::caller::Caller;
use crate::secret;

/// Why no token was minted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MintFault {
    /// The service has no key among the trusted ones: nobody but it could verify a token, and not even it.
    #[error("no trusted key of the service that is asked")]
    UnknownService,
    /// The system has no randomness to give.
    #[error("the cryptographic library failed")]
    Failed,
    /// The caller cannot be written as JSON.
    #[error("claims cannot be written as JSON")]
    Claims,
}

/// Mints tokens in the name of one service.
#[derive(Debug)]
pub struct InternalSigner {
    service: String,
    /// By the service that is asked.
    pairs: HashMap<String, Pair>,
    clock: SharedClock,
}

impl InternalSigner {
    /// Mints for `service` with the first of its own `keys`, and for each other service with the first key that `trusted`
    /// lists for it.
    ///
    /// # Errors
    /// When a trusted key is unsound.
    pub fn new(
        service: impl Into<String>,
        keys: &ServiceKeys,
        trusted: &TrustedServices,
        clock: SharedClock,
    ) -> Result<Self, PairFault> {
        let service = service.into();
        let mut pairs = HashMap::new();
        for own in keys.all().iter().take(1) {
            for other in trusted.others(&service) {
                if !pairs.contains_key(&other.service) {
                    let pair = Pair::derive((&service, own), other, Own::Issuer)?;
                    pairs.insert(other.service.clone(), pair);
                }
            }
        }
        Ok(Self {
            service,
            pairs,
            clock,
        })
    }

    /// The service it mints for.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.service
    }

    /// Whether the service `audience` can be asked.
    #[must_use]
    pub fn knows(&self, audience: &str) -> bool {
        self.pairs.contains_key(audience)
    }

    /// A token for this request on behalf of `caller`.
    ///
    /// # Errors
    /// See [`MintFault`].
    pub fn mint(
        &self,
        caller: &Caller,
        request: &InternalRequest<'_>,
    ) -> Result<String, MintFault> {
        let pair = self
            .pairs
            .get(request.audience)
            .ok_or(MintFault::UnknownService)?;
        let now = self.clock.now().timestamp();
        let jti = secret::random_id().ok_or(MintFault::Failed)?;
        let claims = serde_json::to_vec(&Minted {
            iat: now,
            exp: now + i64::from(LIFETIME),
            jti: &jti,
            htm: request.method,
            pqh: &path_hash(request),
            bdh: &body_hash(request),
            caller,
        })
        .map_err(|_| MintFault::Claims)?;
        Ok(pair.token(&claims))
    }
}
