//! The errors of the token endpoint (RFC 6749 §5.2, RFC 7009 §2.2, RFC 9449 §5 and §8).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, HeaderName, HeaderValue, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The header that carries a nonce for the next proof.
pub(crate) const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// Why there is no token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The request cannot be read; in words for the developer, which name the parameter.
    InvalidRequest(String),
    /// Not a grant of ours.
    UnsupportedGrantType,
    /// The program could not prove who it is. One answer for every reason.
    InvalidClient,
    /// What was presented earns no token. One answer for every reason.
    InvalidGrant,
    /// The proof of possession does not hold, and why.
    InvalidProof(&'static str),
    /// The proof needs the nonce that comes with the answer.
    UseNonce,
    /// Too many requests; seconds until the next.
    TooMany(u64),
    /// Something that this needs does not answer; seconds until another try.
    Unavailable(u64),
}

/// An error as RFC 6749 §5.2 writes it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct OAuthError {
    /// The kind of error. 錯誤代碼
    #[schema(example = "invalid_grant")]
    pub(crate) error: String,
    /// What is wrong, for developers. 錯誤說明
    #[schema(example = "the facts do not match, or signing in this way is locked until tomorrow")]
    pub(crate) error_description: String,
}

impl Refusal {
    /// The error's name; for two different reasons to come back later it is the same.
    fn code(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidProof(_) => "invalid_dpop_proof",
            Self::UseNonce => "use_dpop_nonce",
            Self::TooMany(_) | Self::Unavailable(_) => "temporarily_unavailable",
        }
    }

    /// What became of the sign-in, in measures.
    pub(crate) fn outcome(&self) -> &'static str {
        match self {
            Self::TooMany(_) => "limited",
            Self::Unavailable(_) => "unavailable",
            refusal => refusal.code(),
        }
    }

    fn description(&self) -> &str {
        match self {
            Self::InvalidRequest(words) => words,
            Self::UnsupportedGrantType => {
                "grant_type: one of urn:lifeboat:grant:registry-facts, client_credentials, refresh_token"
            }
            Self::InvalidClient => "the program is unknown or its assertion does not hold",
            Self::InvalidGrant => {
                "what was presented does not hold; a refresh token is good for one use, and after five wrong tries signing in by registry facts is locked for a day"
            }
            Self::InvalidProof(why) => why,
            Self::UseNonce => "put the nonce of the DPoP-Nonce header into the proof and try again",
            Self::TooMany(_) => "too many requests; Retry-After says when to come back",
            Self::Unavailable(_) => "not available right now; Retry-After says when to come back",
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::InvalidClient => StatusCode::UNAUTHORIZED,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// The answer; `nonce` is for the client's next proof.
    pub(crate) fn answer(&self, nonce: Option<&str>) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status());
        uncached(&mut answer, nonce);
        if self.status() == StatusCode::UNAUTHORIZED {
            // RFC 9110 §15.5.2: every 401 says how to do better.
            let challenge = HeaderValue::from_static("DPoP error=\"invalid_client\"");
            answer.insert_header((WWW_AUTHENTICATE, challenge));
        }
        if let Self::TooMany(seconds) | Self::Unavailable(seconds) = self {
            answer.insert_header((RETRY_AFTER, HeaderValue::from(*seconds)));
        }
        answer.json(OAuthError {
            error: self.code().to_owned(),
            error_description: printable(self.description()),
        })
    }
}

/// Nothing of the token endpoint is kept by anybody on the way (RFC 6749 §5.1).
pub(crate) fn uncached(answer: &mut actix_web::HttpResponseBuilder, nonce: Option<&str>) {
    answer
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .insert_header((PRAGMA, HeaderValue::from_static("no-cache")));
    if let Some(nonce) = nonce.and_then(|nonce| HeaderValue::from_str(nonce).ok()) {
        answer.insert_header((DPOP_NONCE, nonce));
    }
}

/// Only the characters that RFC 6749 §5.2 allows in a description.
fn printable(words: &str) -> String {
    words
        .chars()
        .map(|character| match character {
            '"' | '\\' => '\'',
            ' '..='~' => character,
            _ => '?',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_keep_to_the_characters_allowed() {
        assert_eq!(printable("a \"b\" \\ 漢\n~"), "a 'b' ' ??~");
    }
}
