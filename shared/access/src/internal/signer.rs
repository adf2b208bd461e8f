use runtime::clock::SharedClock;

use super::{InternalRequest, LIFETIME, Minted, TYPE, body_hash, path_hash};
use crate::caller::Caller;
use crate::keys::{SigningKey, SigningKeyFault};
use crate::secret;

/// Mints tokens in the name of one service.
#[derive(Debug)]
pub struct InternalSigner {
    service: String,
    key: SigningKey,
    clock: SharedClock,
}

impl InternalSigner {
    /// Signs for `service` with its `key`, whose public half the other services know by [`SigningKey::service_jwk`].
    #[must_use]
    pub fn new(service: impl Into<String>, key: SigningKey, clock: SharedClock) -> Self {
        Self {
            service: service.into(),
            key,
            clock,
        }
    }

    /// The service it signs for.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.service
    }

    /// A token for this request on behalf of `caller`.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    pub fn mint(
        &self,
        caller: &Caller,
        request: &InternalRequest<'_>,
    ) -> Result<String, SigningKeyFault> {
        let now = self.clock.now().timestamp();
        let jti = secret::random_id().ok_or(SigningKeyFault::Failed)?;
        self.key.sign(
            TYPE,
            &Minted {
                iss: &self.service,
                aud: request.audience,
                iat: now,
                exp: now + i64::from(LIFETIME),
                jti: &jti,
                htm: request.method,
                pqh: &path_hash(request),
                bdh: &body_hash(request),
                caller,
            },
        )
    }
}
