//! Signed tokens in compact form (RFC 7515, RFC 8725), read strictly.
//!
//! This is the only place where tokens and proofs are taken apart. The usual libraries accept a missing issuer or audience,
//! any `typ`, an unknown `crit`, and times far off; so what is read, and what it must say, is decided here, and nothing but
//! the check of the signature itself comes from elsewhere.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::keys::{Algorithm, PublicKey};
use crate::strict;

/// Longer than any honest `kid`, in bytes.
const MAX_KID: usize = 128;

/// How a kind of token must look before anything in it is believed.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// The exact `typ` values taken.
    pub types: &'static [&'static str],
    /// Whether `typ` may be missing.
    pub untyped: bool,
    /// Whether the header carries the key itself (`jwk`), and then no `kid`.
    pub own_key: bool,
    /// The longest token taken, in bytes.
    pub max_bytes: usize,
}

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwsFault {
    /// Too long.
    #[error("too long")]
    TooLong,
    /// Not three parts of strict base64url, or a part is not one JSON object without members given twice.
    #[error("malformed")]
    Malformed,
    /// A header member that is not taken here: `crit`, `b64`, `jku`, `x5u`, `x5c`, or any other.
    #[error("a header member that is not allowed")]
    Header,
    /// Another `typ`.
    #[error("another type of token")]
    Type,
    /// An algorithm not in use, or not that of the key.
    #[error("not the key's algorithm")]
    Algorithm,
    /// Not this key's signature.
    #[error("wrong signature")]
    Signature,
    /// A claim is missing or has the wrong type.
    #[error("a claim is missing or malformed")]
    Claims,
}

/// A token's protected header; only what is allowed in it.
#[derive(Debug)]
pub struct Header {
    /// The algorithm it claims; must equal the key's.
    pub algorithm: Algorithm,
    /// The key's name.
    pub kid: Option<String>,
    /// The key itself, in proofs of possession.
    pub jwk: Option<Map<String, Value>>,
}

/// A token that is well-formed, and nothing more: nobody has vouched for it yet.
pub struct Unverified<'a> {
    header: Header,
    message: &'a str,
    payload: &'a str,
    signature: Vec<u8>,
}

impl<'a> Unverified<'a> {
    /// Takes the token apart.
    ///
    /// # Errors
    /// See [`JwsFault`]; here everything but the key, the signature and the claims is judged.
    pub fn parse(token: &'a str, form: &Form) -> Result<Self, JwsFault> {
        if token.len() > form.max_bytes {
            return Err(JwsFault::TooLong);
        }
        let (message, signature) = token.rsplit_once('.').ok_or(JwsFault::Malformed)?;
        let (header, payload) = message.split_once('.').ok_or(JwsFault::Malformed)?;
        let signature = strict::decode(signature)
            .filter(|bytes| bytes.len() == 64 && !payload.contains('.'))
            .ok_or(JwsFault::Malformed)?;
        let header = strict::decode(header).and_then(|bytes| strict::object(&bytes));
        let header = read_header(header.ok_or(JwsFault::Malformed)?, form)?;
        Ok(Self {
            header,
            message,
            payload,
            signature,
        })
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// What is signed; the same for every valid signature, of which ECDSA allows two.
    #[must_use]
    pub fn message(&self) -> &'a str {
        self.message
    }

    /// The claims as anybody may have written them, to find out whose key to ask for.
    ///
    /// # Errors
    /// [`JwsFault::Malformed`] or [`JwsFault::Claims`].
    pub fn claims_unverified<T: DeserializeOwned>(&self) -> Result<T, JwsFault> {
        let bytes = strict::decode(self.payload).ok_or(JwsFault::Malformed)?;
        let members = strict::object(&bytes).ok_or(JwsFault::Malformed)?;
        serde_json::from_value(Value::Object(members)).map_err(|_| JwsFault::Claims)
    }

    /// The claims, once `key` is found to have signed them. The algorithm is the key's; a header that says another is
    /// refused.
    ///
    /// # Errors
    /// See [`JwsFault`].
    pub fn verify<T: DeserializeOwned>(&self, key: &PublicKey) -> Result<T, JwsFault> {
        if self.header.algorithm != key.algorithm() {
            return Err(JwsFault::Algorithm);
        }
        if !key.verifies(self.message.as_bytes(), &self.signature) {
            return Err(JwsFault::Signature);
        }
        self.claims_unverified()
    }
}

fn read_header(members: Map<String, Value>, form: &Form) -> Result<Header, JwsFault> {
    let (mut algorithm, mut typ, mut kid, mut jwk) = (None, None, None, None);
    for (name, value) in members {
        match (name.as_str(), value) {
            ("alg", Value::String(name)) => {
                algorithm = Some(Algorithm::named(&name).ok_or(JwsFault::Algorithm)?);
            }
            ("typ", Value::String(name)) => typ = Some(name),
            ("kid", Value::String(name)) if !form.own_key && name.len() <= MAX_KID => {
                kid = Some(name);
            }
            ("jwk", Value::Object(key)) if form.own_key => jwk = Some(key),
            _ => return Err(JwsFault::Header),
        }
    }
    let expected = typ.map_or(form.untyped, |typ| form.types.contains(&typ.as_str()));
    if !expected {
        return Err(JwsFault::Type);
    }
    let algorithm = algorithm.ok_or(JwsFault::Algorithm)?;
    Ok(Header {
        algorithm,
        kid,
        jwk,
    })
}
