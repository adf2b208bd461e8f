//! Access tokens (RFC 9068), bound to the caller's key (RFC 9449 §6).

mod verifier;

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::caller::{Assurance, Caller, CallerKind};
use crate::jws::JwsFault;
use crate::lifetime::TimeFault;
use crate::purpose::{CaseNumber, Purpose};

pub use verifier::{AccessVerifier, VerifiedToken};

/// The `typ` of an access token (RFC 9068 §2.1).
pub const TYPE: &str = "at+jwt";

/// The audience of every access token: this system as a whole. Which service is asked is bound by the proof.
pub const AUDIENCE: &str = "urn:lifeboat";

/// The longest that an access token may live, in seconds.
pub const LIFETIME: u32 = 600;

/// Longer than any subject, id or name that is issued, in bytes.
const MAX_TEXT: usize = 256;

/// The key that a token is bound to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// Its RFC 7638 thumbprint.
    pub jkt: String,
}

/// What an access token says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// Who issued it: identity's public address.
    pub iss: String,
    /// The national ID or client id.
    pub sub: String,
    /// [`AUDIENCE`].
    pub aud: String,
    /// Good until, in seconds since 1970.
    pub exp: i64,
    /// Issued at, in seconds since 1970.
    pub iat: i64,
    /// Not good before, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// The token's own name.
    pub jti: String,
    /// The program that asked for it.
    pub client_id: String,
    /// The key that must prove possession.
    pub cnf: Confirmation,
    /// How well the caller proved who they are.
    pub acr: Assurance,
    /// The session, to end all of its tokens at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// The kind of caller; never anonymous, never a service.
    pub kind: CallerKind,
    /// The agency they work for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency: Option<String>,
    /// Their post there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<String>,
    /// The capabilities an officer works for.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub functions: BTreeSet<String>,
    /// What else they may see.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub clearances: BTreeSet<String>,
}

impl AccessClaims {
    /// The caller of one request with this token.
    #[must_use]
    pub fn caller(
        &self,
        purpose: Option<Purpose>,
        case_number: Option<CaseNumber>,
        address: Option<IpAddr>,
    ) -> Caller {
        Caller {
            kind: self.kind,
            subject: self.sub.clone(),
            client_id: self.client_id.clone(),
            assurance: self.acr,
            agency: self.agency.clone(),
            post: self.post.clone(),
            functions: self.functions.clone(),
            clearances: self.clearances.clone(),
            purpose,
            case_number,
            session: self.sid.clone(),
            address,
        }
    }

    /// Whether every text is there and of an honest length, and the kind is one that signs in.
    fn is_sound(&self) -> bool {
        let required = [&self.sub, &self.jti, &self.client_id, &self.cnf.jkt];
        let optional = [&self.sid, &self.agency, &self.post];
        required
            .into_iter()
            .chain(optional.into_iter().flatten())
            .all(|text| (1..=MAX_TEXT).contains(&text.len()))
            && !matches!(self.kind, CallerKind::Anonymous | CallerKind::Service)
    }
}

impl fmt::Debug for AccessClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessClaims")
            .field("kind", &self.kind)
            .field("acr", &self.acr)
            .field("exp", &self.exp)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Confirmation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Confirmation(…)")
    }
}

/// Why an access token is refused. All are 401 with `error="invalid_token"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not such a token, or not signed by its key.
    #[error(transparent)]
    Token(#[from] JwsFault),
    /// No key of that name. Perhaps a new one: ask the issuer, at most once an interval.
    #[error("not a key of the issuer")]
    UnknownKey,
    /// Another issuer.
    #[error("another issuer")]
    Issuer,
    /// For another audience.
    #[error("another audience")]
    Audience,
    /// A claim that no token of ours has.
    #[error("a claim is missing or malformed")]
    Claims,
    /// Too early, too late, or too long.
    #[error(transparent)]
    Time(#[from] TimeFault),
}
