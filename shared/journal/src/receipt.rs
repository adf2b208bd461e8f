//! Receipts: signed, so that anybody with the public key can check one without asking.

mod qr;

use access::jws::{Form, JwsFault, Unverified};
use access::keys::{KeySet, SigningKey, SigningKeyFault};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use qr::{NotDrawn, png};

/// The `typ` of a receipt.
pub const TYPE: &str = "lifeboat-receipt+jwt";

const FORM: Form = Form {
    types: &[TYPE],
    untyped: false,
    own_key: false,
    max_bytes: 1_024,
};

/// What a receipt says. Its members are short, so that it fits a QR code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The capability that took the application.
    pub iss: String,
    /// The application's number.
    pub jti: Uuid,
    /// When it came in: seconds since 1970.
    pub iat: i64,
    /// Its kind.
    pub kind: String,
    /// Who filed it, masked: `A12345****`.
    pub sub: String,
    /// SHA-256 of the form as the journal keeps it, base64url.
    pub form: String,
}

/// Why a receipt is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptFault {
    /// Not a receipt, or changed.
    #[error("it is not a receipt, or was changed: {0}")]
    Jws(#[from] JwsFault),
    /// Signed by none of the given keys.
    #[error("it is signed by none of these keys")]
    UnknownKey,
}

impl Receipt {
    /// What is said of an application of this form.
    #[must_use]
    pub fn of(
        capability: &str,
        id: Uuid,
        kind: &str,
        masked_person: String,
        form: &str,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            iss: capability.to_owned(),
            jti: id,
            iat: at.timestamp(),
            kind: kind.to_owned(),
            sub: masked_person,
            form: form_hash(form),
        }
    }

    /// The receipt as a compact JWS (RFC 7515).
    ///
    /// # Errors
    /// When the cryptographic library fails.
    pub fn sign(&self, key: &SigningKey) -> Result<String, SigningKeyFault> {
        key.sign(TYPE, self)
    }

    /// Reads a receipt that one of `keys` signed.
    ///
    /// # Errors
    /// See [`ReceiptFault`].
    pub fn verify(text: &str, keys: &KeySet) -> Result<Self, ReceiptFault> {
        let receipt = Unverified::parse(text, &FORM)?;
        let kid = receipt.header().kid.as_deref();
        let key = keys.find(kid).ok_or(ReceiptFault::UnknownKey)?;
        Ok(receipt.verify(key.public())?)
    }
}

/// What a receipt says of a form.
pub(crate) fn form_hash(form: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, form.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receipt() -> Receipt {
        Receipt::of(
            "land-registry",
            Uuid::now_v7(),
            "title-certificate-loss",
            "A12345****".to_owned(),
            r#"{"certificate_no":"0000010"}"#,
            DateTime::UNIX_EPOCH,
        )
    }

    #[test]
    fn a_receipt_is_believed_with_the_key_that_signed_it_and_no_other() {
        let (own, other) = (
            SigningKey::generate_es256().unwrap(),
            SigningKey::generate_es256().unwrap(),
        );
        let set =
            |key: &SigningKey| KeySet::from_jwks(&access::keys::jwks(&[key.public_jwk()])).unwrap();
        let said = receipt();
        let text = said.sign(&own).unwrap();
        assert_eq!(Receipt::verify(&text, &set(&own)), Ok(said));
        assert_eq!(
            Receipt::verify(&text, &set(&other)),
            Err(ReceiptFault::UnknownKey)
        );
        let (head, rest) = text.split_once('.').unwrap();
        let (claims, signature) = rest.split_once('.').unwrap();
        let more = URL_SAFE_NO_PAD.decode(claims).unwrap();
        let more = String::from_utf8(more).unwrap().replace("A12345", "A12346");
        let forged = format!("{head}.{}.{signature}", URL_SAFE_NO_PAD.encode(more));
        assert_eq!(
            Receipt::verify(&forged, &set(&own)),
            Err(ReceiptFault::Jws(JwsFault::Signature))
        );
    }

    #[test]
    fn the_longest_receipt_and_its_picture_fit_a_kilobyte() {
        let key = SigningKey::generate_es256().unwrap();
        let text = receipt().sign(&key).unwrap();
        assert!(text.len() <= 1_024, "{}", text.len());
        let picture = png(&text).unwrap();
        assert!(picture.len() <= 1_024, "{}", picture.len());
    }
}
