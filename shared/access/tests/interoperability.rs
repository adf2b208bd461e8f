//! A library that others use reads our tokens, and we read those it writes.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use access::keys::{Algorithm, KeySet, SigningKey};
use access::token::{AUDIENCE, AccessVerifier, TYPE};
use chrono::DateTime;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{DecodingKey, EncodingKey, Header, TokenData, Validation};
use runtime::clock::ManualClock;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

/// Ahead of the wall clock, which the other library goes by, until the year 2096.
const NOW: i64 = 4_000_000_000;
const ISSUER: &str = "https://gateway.example";

fn keys() -> [SigningKey; 2] {
    [
        SigningKey::generate_es256().unwrap(),
        SigningKey::generate_ed25519().unwrap(),
    ]
}

fn theirs(algorithm: Algorithm) -> jsonwebtoken::Algorithm {
    match algorithm {
        Algorithm::Es256 => jsonwebtoken::Algorithm::ES256,
        Algorithm::EdDsa => jsonwebtoken::Algorithm::EdDSA,
    }
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "sub": "A123456789", "aud": AUDIENCE, "exp": NOW + 600, "iat": NOW, "jti": "t1",
        "client_id": "portal", "cnf": { "jkt": "k" }, "acr": "urn:lifeboat:aal:1", "kind": "citizen", "sid": "s1"
    })
}

/// Reads `token` with the other library, under `key` as it is published.
#[expect(
    clippy::disallowed_methods,
    reason = "what it takes is compared here, and nobody is let in by it"
)]
fn read_by_theirs(key: &SigningKey, token: &str) -> jsonwebtoken::errors::Result<TokenData<Value>> {
    let published: Jwk = serde_json::from_value(Value::Object(key.public_jwk())).unwrap();
    let mut expected = Validation::new(theirs(key.public().algorithm()));
    expected.set_audience(&[AUDIENCE]);
    expected.set_issuer(&[ISSUER]);
    jsonwebtoken::decode(
        token,
        &DecodingKey::from_jwk(&published).unwrap(),
        &expected,
    )
}

#[test]
fn jsonwebtoken_reads_and_verifies_our_tokens() {
    for (key, other) in keys().into_iter().zip(keys()) {
        let token = key.sign(TYPE, &claims()).unwrap();
        let read = read_by_theirs(&key, &token).unwrap();
        assert_eq!(read.claims, claims());
        assert_eq!(read.header.typ.as_deref(), Some(TYPE));
        assert_eq!(read.header.kid.as_deref(), Some(key.kid()));
        assert_eq!(
            read_by_theirs(&other, &token).unwrap_err().kind(),
            &jsonwebtoken::errors::ErrorKind::InvalidSignature
        );
    }
}

#[test]
fn we_read_and_verify_what_jsonwebtoken_signs() {
    for key in keys() {
        let pem = key.to_pkcs8_pem().unwrap();
        let pem = pem.expose_secret().as_bytes();
        let (algorithm, private) = match key.public().algorithm() {
            Algorithm::Es256 => (Algorithm::Es256, EncodingKey::from_ec_pem(pem).unwrap()),
            Algorithm::EdDsa => (Algorithm::EdDsa, EncodingKey::from_ed_pem(pem).unwrap()),
        };
        let header = Header {
            typ: Some(TYPE.into()),
            kid: Some(key.kid().into()),
            ..Header::new(theirs(algorithm))
        };
        let token = jsonwebtoken::encode(&header, &claims(), &private).unwrap();
        let clock = ManualClock::new(DateTime::from_timestamp(NOW, 0).unwrap());
        let verifier = AccessVerifier::new(ISSUER, AUDIENCE, clock);
        verifier.set_keys(KeySet::from_members([&key.public_jwk()]).unwrap());
        let read = verifier.verify(&token).unwrap();
        assert_eq!(read.caller(None, None, None).subject, "A123456789");
    }
}
