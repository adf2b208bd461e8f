//! How a program proves who it is at the token endpoint: an assertion signed with its key (RFC 7523, `private_key_jwt`).

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::jws::{Form, JwsFault, Unverified};
use crate::keys::{PublicKey, SigningKey, SigningKeyFault};
use crate::lifetime::{MAX_LEEWAY, expired};
use crate::secret;
use crate::strict::NumericDate;

/// The `client_assertion_type` (RFC 7523 §2.2).
pub const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How far ahead an assertion may expire, in seconds.
const LONGEST: i64 = 600;

/// How long an assertion made here is good for, in seconds.
const MADE_FOR: i64 = 60;

/// Longer than any registered name, in bytes.
const MAX_ID: usize = 256;

/// RFC 7523 leaves the type open; what has another meaning is refused.
const FORM: Form = Form {
    types: &["JWT", "client-authentication+jwt"],
    untyped: true,
    own_key: false,
    max_bytes: 4 * 1024,
};

/// Why an assertion is refused; all are `invalid_client`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssertionFault {
    /// Not such a token, or not signed by the program's key.
    #[error(transparent)]
    Token(#[from] JwsFault),
    /// Issuer and subject are not one program.
    #[error("issuer and subject are not one program")]
    Issuer,
    /// For another server.
    #[error("for another audience")]
    Audience,
    /// Too early, too late, or good for too long.
    #[error("not of this time")]
    Time,
}

#[derive(Serialize)]
struct Made<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    jti: &'a str,
    iat: i64,
    exp: i64,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: NumericDate,
    nbf: Option<NumericDate>,
    iat: Option<NumericDate>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// The program's side: an assertion for `audience`, good for a minute.
///
/// # Errors
/// When the cryptographic library fails.
pub fn make(
    key: &SigningKey,
    client_id: &str,
    audience: &str,
    now: DateTime<Utc>,
) -> Result<String, SigningKeyFault> {
    let jti = secret::random_id().ok_or(SigningKeyFault::Failed)?;
    let iat = now.timestamp();
    key.sign(
        "JWT",
        &Made {
            iss: client_id,
            sub: client_id,
            aud: audience,
            jti: &jti,
            iat,
            exp: iat + MADE_FOR,
        },
    )
}

/// An assertion that says whose it is, and has not proved it yet.
pub struct Presented<'a> {
    token: Unverified<'a>,
    client_id: String,
}

impl<'a> Presented<'a> {
    /// Reads an assertion.
    ///
    /// # Errors
    /// See [`AssertionFault`].
    pub fn parse(text: &'a str) -> Result<Self, AssertionFault> {
        let token = Unverified::parse(text, &FORM)?;
        let claims: Claims = token.claims_unverified()?;
        if claims.iss != claims.sub || !(1..=MAX_ID).contains(&claims.sub.len()) {
            return Err(AssertionFault::Issuer);
        }
        Ok(Self {
            token,
            client_id: claims.sub,
        })
    }

    /// The program it claims to be of: whose key to verify with.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The name of the key, if it says one.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.token.header().kid.as_deref()
    }

    /// Verifies that `key` signed it for one of `audiences` and for now. It counts only once: take
    /// [`Assertion::replay_key`] to the replay store.
    ///
    /// # Errors
    /// See [`AssertionFault`].
    pub fn verify(
        &self,
        key: &PublicKey,
        audiences: &[&str],
        now: DateTime<Utc>,
    ) -> Result<Assertion, AssertionFault> {
        let claims: Claims = self.token.verify(key)?;
        let named = match &claims.aud {
            Audience::One(one) => std::slice::from_ref(one),
            Audience::Several(several) => several,
        };
        // One that others would take too could be used by them here.
        if named.is_empty() || !named.iter().all(|name| audiences.contains(&name.as_str())) {
            return Err(AssertionFault::Audience);
        }
        let now = now.timestamp();
        let latest = now.saturating_add(MAX_LEEWAY);
        let ahead = |time: Option<NumericDate>| time.is_some_and(|time| time.0 > latest);
        let too_long = claims.exp.0 > latest.saturating_add(LONGEST);
        if expired(claims.exp.0, now, MAX_LEEWAY)
            || too_long
            || ahead(claims.nbf)
            || ahead(claims.iat)
        {
            return Err(AssertionFault::Time);
        }
        Ok(Assertion {
            hash: secret::sha256_text(self.token.message().as_bytes()),
        })
    }
}

/// An assertion that holds.
#[derive(Clone, PartialEq, Eq)]
pub struct Assertion {
    hash: String,
}

impl Assertion {
    /// How long it could be accepted again, and so must be remembered.
    pub const REMEMBERED: Duration = Duration::from_secs((LONGEST + 2 * MAX_LEEWAY + 1) as u64);

    /// What to remember it by: the hash of all that is signed. `jti` is optional, and ECDSA allows a second signature of
    /// the same.
    #[must_use]
    pub fn replay_key(&self) -> String {
        format!("assertion:{}", self.hash)
    }
}
