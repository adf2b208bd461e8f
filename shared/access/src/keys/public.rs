use std::fmt;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey};
use serde_json::{Map, Value, json};

use super::Algorithm;
use crate::{secret, strict};

/// Points of Ed25519 of small order, without the sign bit: a signature under them can be made by anybody.
const SMALL_ORDER: [[u8; 32]; 7] = [
    ends(0x00, 0x00, 0x00),
    ends(0x01, 0x00, 0x00),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
    ends(0xec, 0xff, 0x7f),
    ends(0xed, 0xff, 0x7f),
    ends(0xee, 0xff, 0x7f),
];

const fn ends(first: u8, middle: u8, last: u8) -> [u8; 32] {
    let mut point = [middle; 32];
    point[0] = first;
    point[31] = last;
    point
}

/// Why a key is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// A member is missing, or has the wrong type or length.
    #[error("not a JSON Web Key")]
    Malformed,
    /// A symmetric key, or the private half.
    #[error("a secret key where only public keys belong")]
    Secret,
    /// RSA, another curve, or another kind of key.
    #[error("only P-256 and Ed25519 keys are used")]
    Unsupported,
    /// Another kind of key where services' own are X25519.
    #[error("only X25519 keys are used between services")]
    NotX25519,
    /// `use`, `key_ops` or `alg` say something else.
    #[error("not a key for verifying signatures of its kind")]
    OtherUse,
    /// Not a point on the curve, or one of small order.
    #[error("not a sound point on its curve")]
    BadPoint,
}

/// A public key, parsed and checked.
#[derive(Clone)]
pub struct PublicKey {
    algorithm: Algorithm,
    verifying: ParsedPublicKey,
    /// P-256: `x` and `y` after one another; Ed25519: the point.
    point: Vec<u8>,
    thumbprint: String,
}

impl PublicKey {
    /// Reads a JWK (RFC 7517, RFC 8037).
    ///
    /// # Errors
    /// See [`KeyFault`].
    pub fn from_jwk(jwk: &Map<String, Value>) -> Result<Self, KeyFault> {
        super::set::refuse_secrets(jwk)?;
        let text = |name| jwk.get(name).and_then(Value::as_str);
        let coordinate = |name| {
            let bytes = text(name)
                .and_then(strict::decode)
                .ok_or(KeyFault::Malformed)?;
            if bytes.len() == 32 {
                Ok(bytes)
            } else {
                Err(KeyFault::Malformed)
            }
        };
        let key = match (text("kty").ok_or(KeyFault::Malformed)?, text("crv")) {
            ("EC", Some("P-256")) => Self::es256(&[coordinate("x")?, coordinate("y")?].concat())?,
            ("OKP", Some("Ed25519")) => Self::ed25519(&coordinate("x")?)?,
            _ => return Err(KeyFault::Unsupported),
        };
        if key.is_for_verifying(jwk) {
            Ok(key)
        } else {
            Err(KeyFault::OtherUse)
        }
    }

    /// The rules of RFC 7517 §4.2–4.4 for a key that verifies.
    fn is_for_verifying(&self, jwk: &Map<String, Value>) -> bool {
        jwk.get("use").is_none_or(|usage| usage == "sig")
            && jwk
                .get("key_ops")
                .is_none_or(|operations| *operations == json!(["verify"]))
            && jwk
                .get("alg")
                .is_none_or(|name| name == self.algorithm.as_str())
    }

    /// A P-256 key from its two coordinates of 32 bytes each.
    pub(super) fn es256(coordinates: &[u8]) -> Result<Self, KeyFault> {
        let uncompressed = [&[4], coordinates].concat();
        let verifying = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &uncompressed)
            .map_err(|_| KeyFault::BadPoint)?;
        let (x, y) = coordinates
            .split_at_checked(32)
            .ok_or(KeyFault::Malformed)?;
        let (x, y) = (strict::encode(x), strict::encode(y));
        let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        Ok(Self {
            algorithm: Algorithm::Es256,
            verifying,
            point: coordinates.to_vec(),
            thumbprint: secret::sha256_text(canonical.as_bytes()),
        })
    }

    /// An Ed25519 key from its point of 32 bytes.
    pub(super) fn ed25519(point: &[u8]) -> Result<Self, KeyFault> {
        let mut unsigned = <[u8; 32]>::try_from(point).map_err(|_| KeyFault::Malformed)?;
        unsigned[31] &= 0x7f;
        if SMALL_ORDER.contains(&unsigned) {
            return Err(KeyFault::BadPoint);
        }
        let verifying = ParsedPublicKey::new(&ED25519, point).map_err(|_| KeyFault::BadPoint)?;
        let canonical = format!(
            r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#,
            strict::encode(point)
        );
        Ok(Self {
            algorithm: Algorithm::EdDsa,
            verifying,
            point: point.to_vec(),
            thumbprint: secret::sha256_text(canonical.as_bytes()),
        })
    }

    /// What it is for.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The SHA-256 thumbprint (RFC 7638) in base64url: its `kid`, and the `jkt` of tokens bound to it.
    #[must_use]
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// The JWK with only the members that make the key.
    #[must_use]
    pub fn jwk(&self) -> Map<String, Value> {
        let members = match (self.algorithm, self.point.split_at_checked(32)) {
            (Algorithm::Es256, Some((x, y))) => vec![
                ("kty", "EC".into()),
                ("crv", "P-256".into()),
                ("x", strict::encode(x)),
                ("y", strict::encode(y)),
            ],
            _ => vec![
                ("kty", "OKP".into()),
                ("crv", "Ed25519".into()),
                ("x", strict::encode(&self.point)),
            ],
        };
        let members = members.into_iter();
        members
            .map(|(name, value): (&str, String)| (name.into(), value.into()))
            .collect()
    }

    /// Whether `jwk` is this key and says nothing else.
    pub(crate) fn is(&self, jwk: &Map<String, Value>) -> bool {
        self.jwk() == *jwk
    }

    /// Whether `signature` is this key's over `message`: for ES256 `r` and `s` after one another (RFC 7518 §3.4).
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.verifying.verify_sig(message, signature).is_ok()
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.thumbprint == other.thumbprint
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKey")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}
