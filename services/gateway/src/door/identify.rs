//! Establishes who asks: the token holds, was not revoked, and whoever sends it holds its key and uses this proof for
//! the first time (RFC 9068, RFC 9449).

use std::sync::Arc;
use std::time::Instant;

use access::limit::{Admission, Decision, Limit};
use access::proof::{Bound, NoncePolicy, Nonces, Proof, ProofError, ProofVerifier};
use access::replay::Replay;
use access::token::{AccessVerifier, TokenError, VerifiedToken};
use actix_web::HttpRequest;
use actix_web::http::header::HeaderValue;
use trace::{Kind, Span};

use super::Exchange;
use super::credentials::{Code, Presented, Refused, presented};
use crate::trust::{Revocations, Standing, UnknownKey};

/// A caller whose token and proof hold; the proof is still to be used up.
#[derive(Debug)]
pub(crate) struct Proved {
    pub(crate) token: Arc<VerifiedToken>,
    proof: Proof,
}

/// Checks tokens and proofs.
#[derive(Debug)]
pub(crate) struct Identify {
    /// The public URL without a slash at its end; what a client calls is never learned from its own `Host`.
    pub(crate) origin: String,
    pub(crate) tokens: Arc<AccessVerifier>,
    pub(crate) unknown_key: UnknownKey,
    pub(crate) revocations: Arc<Revocations>,
    pub(crate) proofs: ProofVerifier,
    pub(crate) nonces: Nonces,
    pub(crate) replay: Replay,
}

impl Identify {
    /// Who sent `request`; nobody in particular where there are no credentials.
    pub(crate) fn check(
        &self,
        request: &HttpRequest,
        exchange: &mut Exchange,
    ) -> Result<Option<Proved>, Refused> {
        let Some(presented) = presented(request.headers()).transpose() else {
            return Ok(None);
        };
        let mut span = Span::child(Kind::Internal, "check token and proof");
        let proved = self.prove(presented, request, exchange);
        if let Err(refused) = &proved {
            span.fail(refused.reason);
        }
        proved.map(Some)
    }

    fn prove(
        &self,
        presented: Result<Presented<'_>, (Code, &'static str)>,
        request: &HttpRequest,
        exchange: &mut Exchange,
    ) -> Result<Proved, Refused> {
        // With every answer, so that a client learns of the next nonce before it needs it.
        exchange.nonce = HeaderValue::from_str(&self.nonces.issue()).ok();
        let presented = presented.map_err(|(code, reason)| refused(code, reason))?;
        let token = self.token(presented.token)?;
        let proof = self.proof(presented, &token, request)?;
        Ok(Proved { token, proof })
    }

    /// Uses up the proof, of any number of copies the first one only, and then counts the request of `who`.
    pub(crate) async fn use_up(
        &self,
        proved: &Proved,
        limit: &Limit,
        who: &str,
    ) -> Result<Decision, Refused> {
        let proof = proved.proof.replay_key();
        let checked = limit.check_first_use(who, &self.replay, &proof, Proof::REMEMBERED);
        match checked.await {
            Ok(Admission::Counted(decision)) => Ok(decision),
            Ok(Admission::Replayed) => Err(refused(Code::InvalidProof, "replayed")),
            Err(_) => Err(unavailable("replay-store")),
        }
    }

    /// Whether what tokens are checked with has been read since the start.
    pub(crate) fn can_check(&self) -> bool {
        self.tokens.has_keys() && self.revocations.is_known()
    }

    fn token(&self, token: &str) -> Result<Arc<VerifiedToken>, Refused> {
        if !self.tokens.has_keys() {
            return Err(unavailable("no-keys"));
        }
        let token = self.tokens.verify(token).map_err(|error| {
            if error == TokenError::UnknownKey {
                self.unknown_key.seen();
            }
            refused(Code::InvalidToken, token_reason(error))
        })?;
        match self
            .revocations
            .standing(&token.jti, token.sid.as_deref(), Instant::now())
        {
            Standing::Stands => Ok(token),
            Standing::Revoked => Err(refused(Code::InvalidToken, "revoked")),
            Standing::Unknown => Err(unavailable("revocations-stale")),
        }
    }

    fn proof(
        &self,
        presented: Presented<'_>,
        token: &VerifiedToken,
        request: &HttpRequest,
    ) -> Result<Proof, Refused> {
        let address = [self.origin.as_str(), request.uri().path()].concat();
        let bound = Bound {
            token: presented.token,
            jkt: &token.cnf.jkt,
            holder: Some(token.holder()),
        };
        let nonces = NoncePolicy::Required(&self.nonces);
        self.proofs
            .verify(
                presented.proof,
                request.method().as_str(),
                &address,
                Some(bound),
                nonces,
            )
            .map_err(|error| match error {
                ProofError::UseNonce => refused(Code::UseNonce, "nonce"),
                ProofError::OtherKey => refused(Code::InvalidToken, "other-key"),
                _ => refused(Code::InvalidProof, "proof"),
            })
    }
}

fn refused(code: Code, reason: &'static str) -> Refused {
    Refused {
        code: Some(code),
        reason,
    }
}

fn unavailable(reason: &'static str) -> Refused {
    Refused { code: None, reason }
}

fn token_reason(error: TokenError) -> &'static str {
    match error {
        TokenError::Token(_) => "token-signature",
        TokenError::UnknownKey => "token-key",
        TokenError::Issuer => "token-issuer",
        TokenError::Audience => "token-audience",
        TokenError::Claims => "token-claims",
        TokenError::Time(_) => "token-time",
    }
}
