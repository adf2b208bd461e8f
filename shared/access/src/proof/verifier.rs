use std::sync::OnceLock;
use std::time::Duration;

use runtime::clock::SharedClock;
use serde::Deserialize;

use super::{Nonces, Proof, ProofError, TYPE, Target};
use crate::jws::{Form, JwsFault, Unverified};
use crate::keys::{KeyFault, PublicKey};
use crate::lifetime::{MAX_LEEWAY, expired};
use crate::secret;
use crate::strict::NumericDate;

const FORM: Form = Form {
    types: &[TYPE],
    untyped: false,
    own_key: true,
    max_bytes: 6 * 1024,
};

/// How old a proof may be, in seconds.
const MAX_AGE: i64 = 60;

/// From the earliest moment that a proof is accepted to the last, both by the server's clock.
pub(super) const REMEMBERED: Duration = Duration::from_secs((MAX_AGE + MAX_LEEWAY + 1) as u64);

/// Longer than any honest `jti`, in bytes.
const MAX_ID: usize = 256;

/// The token that a proof must go with.
#[derive(Clone, Copy)]
pub struct Bound<'a> {
    /// The access token as sent.
    pub token: &'a str,
    /// The thumbprint it is bound to (`cnf.jkt`), after it was verified.
    pub jkt: &'a str,
    /// Where the key with that thumbprint is kept, so that it is parsed and judged once for all proofs that come with the
    /// token; nothing is kept where there is no place.
    pub holder: Option<&'a OnceLock<PublicKey>>,
}

/// Whether proofs must contain a nonce of the server's.
#[derive(Clone, Copy, Debug)]
pub enum NoncePolicy<'a> {
    /// It is not looked at.
    NotAsked,
    /// If there is one, it must hold.
    IfPresent(&'a Nonces),
    /// There must be one, and it must hold.
    Required(&'a Nonces),
}

#[derive(Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: NumericDate,
    exp: Option<NumericDate>,
    nbf: Option<NumericDate>,
    ath: Option<String>,
    nonce: Option<String>,
}

/// Verifies proofs of possession (RFC 9449 §4.3), all but their single use, which needs a store.
#[derive(Clone, Debug)]
pub struct ProofVerifier {
    clock: SharedClock,
}

impl ProofVerifier {
    /// A verifier.
    #[must_use]
    pub fn new(clock: SharedClock) -> Self {
        Self { clock }
    }

    /// Verifies that `proof` was made just now for this method and address (`htu`; its query and fragment do not
    /// count), and, where there is a token, for that token with the key it is bound to.
    ///
    /// # Errors
    /// See [`ProofError`]. A stale nonce is reported only for a proof that holds otherwise.
    pub fn verify(
        &self,
        proof: &str,
        method: &str,
        htu: &str,
        bound: Option<Bound<'_>>,
        nonces: NoncePolicy<'_>,
    ) -> Result<Proof, ProofError> {
        let proof = Unverified::parse(proof, &FORM)?;
        let jwk = proof.header().jwk.as_ref().ok_or(KeyFault::Malformed)?;
        let holder = bound.and_then(|bound| bound.holder);
        let parsed;
        let key = match holder.and_then(OnceLock::get) {
            Some(known) if known.is(jwk) => known,
            _ => {
                parsed = PublicKey::from_jwk(jwk)?;
                &parsed
            }
        };
        let claims: Claims = proof.verify(key)?;
        if claims.jti.is_empty() || claims.jti.len() > MAX_ID {
            return Err(JwsFault::Claims.into());
        }
        if claims.htm != method {
            return Err(ProofError::Method);
        }
        check_address(&claims.htu, htu)?;
        self.check_times(&claims)?;
        check_binding(&claims, key, bound)?;
        check_nonce(claims.nonce.as_deref(), nonces)?;
        if let Some(holder) = holder {
            // It is the one that the token is bound to.
            holder.get_or_init(|| key.clone());
        }
        Ok(Proof {
            jkt: key.thumbprint().to_owned(),
            jti: claims.jti,
            iat: claims.iat.0,
        })
    }

    fn check_times(&self, claims: &Claims) -> Result<(), ProofError> {
        let now = self.clock.now().timestamp();
        let latest = now.saturating_add(MAX_LEEWAY);
        let just_now = now.saturating_sub(MAX_AGE)..=latest;
        let too_late = claims
            .exp
            .is_some_and(|exp| expired(exp.0, now, MAX_LEEWAY));
        let too_early = claims.nbf.is_some_and(|nbf| nbf.0 > latest);
        if just_now.contains(&claims.iat.0) && !too_late && !too_early {
            Ok(())
        } else {
            Err(ProofError::Time)
        }
    }
}

/// Whether both are the same address, however they are spelt.
fn check_address(made_for: &str, asked: &str) -> Result<(), ProofError> {
    let asked_for = Target::parse(asked).map_err(|_| ProofError::Address)?;
    if made_for == asked || Target::parse(made_for).is_ok_and(|made_for| made_for == asked_for) {
        Ok(())
    } else {
        Err(ProofError::Address)
    }
}

fn check_binding(
    claims: &Claims,
    key: &PublicKey,
    bound: Option<Bound<'_>>,
) -> Result<(), ProofError> {
    let Some(bound) = bound else {
        return Ok(());
    };
    if !secret::same(key.thumbprint(), bound.jkt) {
        return Err(ProofError::OtherKey);
    }
    let expected = secret::sha256_text(bound.token.as_bytes());
    match &claims.ath {
        Some(ath) if secret::same(ath, &expected) => Ok(()),
        _ => Err(ProofError::OtherToken),
    }
}

fn check_nonce(nonce: Option<&str>, policy: NoncePolicy<'_>) -> Result<(), ProofError> {
    let holds = match (policy, nonce) {
        (NoncePolicy::NotAsked, _) | (NoncePolicy::IfPresent(_), None) => true,
        (NoncePolicy::IfPresent(nonces) | NoncePolicy::Required(nonces), Some(nonce)) => {
            nonces.check(nonce)
        }
        (NoncePolicy::Required(_), None) => false,
    };
    if holds {
        Ok(())
    } else {
        Err(ProofError::UseNonce)
    }
}
