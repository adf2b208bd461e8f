//! What every request needs, made once.

use access::proof::{NoncePolicy, Nonces, ProofError, ProofVerifier};
use access::replay::Replay;
use access::token::AccessVerifier;
use actix_web::http::header::HeaderMap;
use audit::AuditLog;
use chrono::{DateTime, TimeDelta, Utc};
use runtime::clock::SharedClock;

use crate::clients::Clients;
use crate::household::Household;
use crate::keys::Keys;
use crate::oauth::Refusal;
use crate::settings::Lifetimes;
use crate::store::Store;
use crate::throttle::Throttle;

/// What the world calls this service.
#[derive(Debug)]
pub(crate) struct Names {
    /// `iss`.
    pub(crate) issuer: String,
    /// Where tokens are asked for; what proofs are made for.
    pub(crate) token_endpoint: String,
    /// Where tokens are handed back.
    pub(crate) revocation_endpoint: String,
}

/// The service's parts.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) names: Names,
    pub(crate) clock: SharedClock,
    pub(crate) store: Store,
    pub(crate) keys: Keys,
    pub(crate) proofs: ProofVerifier,
    pub(crate) nonces: Nonces,
    pub(crate) replay: Replay,
    pub(crate) throttle: Throttle,
    pub(crate) clients: Clients,
    pub(crate) household: Household,
    pub(crate) audit: AuditLog,
    pub(crate) own_tokens: AccessVerifier,
    pub(crate) lifetimes: Lifetimes,
}

impl Service {
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// When every access token issued until now has expired, on slow clocks too.
    pub(crate) fn all_expired_by(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + TimeDelta::seconds(i64::from(self.lifetimes.access_token_s) + 60)
    }

    /// The thumbprint of the key that `DPoP` was made with, if the proof holds for the token endpoint and is used for
    /// the first time (RFC 9449 §5).
    pub(crate) async fn proven_key(&self, headers: &HeaderMap) -> Result<String, Refusal> {
        let mut given = headers.get_all("dpop");
        let proof = given
            .next()
            .ok_or(Refusal::InvalidProof("the DPoP header is missing"))?;
        if given.next().is_some() {
            return Err(Refusal::InvalidProof("the DPoP header is given twice"));
        }
        let proof = proof
            .to_str()
            .map_err(|_| Refusal::InvalidProof("the DPoP header cannot be read"))?;
        let proof = self
            .proofs
            .verify(
                proof,
                "POST",
                &self.names.token_endpoint,
                None,
                NoncePolicy::Required(&self.nonces),
            )
            .map_err(refusal)?;
        let first = self
            .replay
            .first_use(&proof.replay_key(), access::proof::Proof::REMEMBERED)
            .await
            .map_err(|_| Refusal::Unavailable(2))?;
        if first {
            Ok(proof.jkt)
        } else {
            Err(Refusal::InvalidProof("the proof was used before"))
        }
    }
}

fn refusal(error: ProofError) -> Refusal {
    match error {
        ProofError::UseNonce => Refusal::UseNonce,
        ProofError::Proof(_) => {
            Refusal::InvalidProof("the proof is malformed or not signed by its key")
        }
        ProofError::Key(_) => {
            Refusal::InvalidProof("the proof's key is not an ES256 or EdDSA public key")
        }
        ProofError::Method => Refusal::InvalidProof("the proof was made for another method"),
        ProofError::Address => Refusal::InvalidProof("the proof was made for another address"),
        ProofError::Time => Refusal::InvalidProof("the proof was not made just now"),
        ProofError::OtherToken | ProofError::OtherKey => {
            Refusal::InvalidProof("the proof was made for another token")
        }
    }
}
