//! Finds the token and its proof in a request's headers, and words the challenge where they do not hold
//! (RFC 9449 §7.1, RFC 6750 §3).

use actix_web::http::header::{
    AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, WWW_AUTHENTICATE,
};
use runtime::problem::{Kind, Problem};

/// Carries the proof of possession.
pub(crate) const PROOF: HeaderName = HeaderName::from_static("dpop");
/// Tells the nonce that proofs are to contain.
pub(crate) const NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// Why a request with credentials is not let in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refused {
    /// The error code of the challenge; none where the credentials cannot be checked now.
    pub(super) code: Option<Code>,
    /// For metrics.
    pub(crate) reason: &'static str,
}

impl Refused {
    /// Whether it counts against the address it came from. Asking for a nonce is how every client begins.
    pub(crate) fn is_callers_fault(self) -> bool {
        matches!(self.code, Some(Code::InvalidToken | Code::InvalidProof))
    }

    /// What the caller is told.
    pub(crate) fn problem(self) -> Problem {
        match self.code {
            Some(code) => challenge(Some(code)),
            None => Problem::new(Kind::Unavailable)
                .detail(
                    "Tokens cannot be checked right now. Try again.",
                    "目前無法驗證權杖，請稍後再試。",
                )
                .retry_after(2),
        }
    }
}

/// The error codes of a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    InvalidToken,
    InvalidProof,
    UseNonce,
}

impl Code {
    fn challenge(self) -> &'static str {
        match self {
            Self::InvalidToken => r#"DPoP error="invalid_token", algs="ES256 EdDSA""#,
            Self::InvalidProof => r#"DPoP error="invalid_dpop_proof", algs="ES256 EdDSA""#,
            Self::UseNonce => r#"DPoP error="use_dpop_nonce", algs="ES256 EdDSA""#,
        }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::InvalidToken => (
                "The token does not hold. Sign in again.",
                "權杖無效，請重新登入。",
            ),
            Self::InvalidProof => (
                "The proof of possession does not hold for this request.",
                "持有證明不符合此請求。",
            ),
            Self::UseNonce => (
                "Repeat with the nonce of DPoP-Nonce in the proof.",
                "請於持有證明加入 DPoP-Nonce 之值後重試。",
            ),
        }
    }
}

/// 401 with its challenge; without a code where no credentials came at all.
pub(crate) fn challenge(code: Option<Code>) -> Problem {
    let text = code.map_or(r#"DPoP algs="ES256 EdDSA""#, Code::challenge);
    let problem = Problem::new(Kind::Unauthenticated)
        .header(WWW_AUTHENTICATE, HeaderValue::from_static(text));
    match code.map(Code::words) {
        Some((en, zh)) => problem.detail(en, zh),
        None => problem,
    }
}

/// A token and its proof, unchecked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Presented<'a> {
    pub(super) token: &'a str,
    pub(super) proof: &'a str,
}

/// Finds token and proof; `None` where there is no token at all. A proof without a token is for identity to check.
pub(super) fn presented(
    headers: &HeaderMap,
) -> Result<Option<Presented<'_>>, (Code, &'static str)> {
    let Some(authorization) =
        only(headers, &AUTHORIZATION).map_err(|()| (Code::InvalidToken, "two-tokens"))?
    else {
        return Ok(None);
    };
    let (scheme, token) = authorization.split_once(' ').unwrap_or((authorization, ""));
    if !scheme.eq_ignore_ascii_case("DPoP") {
        // Every token is bound to a key: as a bearer token it would work for whoever found it.
        return Err((Code::InvalidToken, "other-scheme"));
    }
    let proof = only(headers, &PROOF).map_err(|()| (Code::InvalidProof, "two-proofs"))?;
    let proof = proof.ok_or((Code::InvalidProof, "no-proof"))?;
    Ok(Some(Presented {
        token: token.trim_matches(' '),
        proof,
    }))
}

/// The header's only value; an error where there are several, or one that is no text.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, ()> {
    let mut values = headers.get_all(name);
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| ()),
        (Some(_), Some(_)) => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(
        pairs: &[(&'static str, &'static str)],
    ) -> Result<Option<(String, String)>, &'static str> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        presented(&headers)
            .map(|found| found.map(|found| (found.token.to_owned(), found.proof.to_owned())))
            .map_err(|(_, reason)| reason)
    }

    #[test]
    fn a_token_needs_its_scheme_and_exactly_one_proof() {
        let pair = Some(("t".to_owned(), "p".to_owned()));
        assert_eq!(
            found(&[("authorization", "DPoP t"), ("dpop", "p")]),
            Ok(pair.clone())
        );
        assert_eq!(
            found(&[("authorization", "dpop t"), ("dpop", "p")]),
            Ok(pair)
        );
        assert_eq!(found(&[]), Ok(None));
        assert_eq!(found(&[("dpop", "p")]), Ok(None));
        assert_eq!(found(&[("authorization", "DPoP t")]), Err("no-proof"));
        assert_eq!(
            found(&[("authorization", "Bearer t"), ("dpop", "p")]),
            Err("other-scheme")
        );
        assert_eq!(found(&[("authorization", "Basic t")]), Err("other-scheme"));
        assert_eq!(found(&[("authorization", "")]), Err("other-scheme"));
        assert_eq!(
            found(&[("authorization", "DPoP t"), ("dpop", "p"), ("dpop", "q")]),
            Err("two-proofs")
        );
        assert_eq!(
            found(&[
                ("authorization", "DPoP t"),
                ("authorization", "DPoP u"),
                ("dpop", "p")
            ]),
            Err("two-tokens")
        );
    }
}
