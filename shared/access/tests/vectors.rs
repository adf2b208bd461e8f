//! The standards' own examples come out as the standards say.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use access::jws::{Form, JwsFault, Unverified};
use access::keys::PublicKey;
use access::proof::{Bound, NoncePolicy, ProofError, ProofVerifier};
use chrono::DateTime;
use runtime::clock::ManualClock;
use serde_json::Value;

const PLAIN: Form = Form {
    types: &[],
    untyped: true,
    own_key: false,
    max_bytes: 2048,
};

fn vectors(name: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("vectors/rfc.json")).unwrap();
    all[name].clone()
}

fn key(vector: &Value) -> PublicKey {
    PublicKey::from_jwk(vector["jwk"].as_object().unwrap()).unwrap()
}

#[test]
fn rfc_7515_es256() {
    let vector = vectors("rfc7515_a3");
    let token = Unverified::parse(vector["jws"].as_str().unwrap(), &PLAIN).unwrap();
    let claims: Value = token.verify(&key(&vector)).unwrap();
    assert_eq!(claims["iss"], "joe");
    assert_eq!(key(&vector).thumbprint(), vector["thumbprint"]);
    let other = key(&vectors("rfc9449"));
    assert_eq!(token.verify::<Value>(&other), Err(JwsFault::Signature));
    assert_eq!(
        token.verify::<Value>(&key(&vectors("rfc8037_a"))),
        Err(JwsFault::Algorithm)
    );
}

#[test]
fn rfc_8037_ed25519() {
    let vector = vectors("rfc8037_a");
    let key = key(&vector);
    assert_eq!(key.thumbprint(), vector["thumbprint"]);
    assert_eq!(Value::Object(key.jwk()), vector["jwk"]);
    let jws = vector["jws"].as_str().unwrap();
    // The signature holds; that the payload is no JSON is found after it.
    let verify = |jws: &str| Unverified::parse(jws, &PLAIN)?.verify::<Value>(&key);
    assert_eq!(verify(jws), Err(JwsFault::Malformed));
    assert_eq!(
        verify(&jws.replace(".hgyY", ".hgyZ")),
        Err(JwsFault::Signature)
    );
}

#[test]
fn rfc_9449_proofs() {
    let vector = vectors("rfc9449");
    let key = key(&vector);
    assert_eq!(key.thumbprint(), vector["thumbprint"]);
    assert_eq!(Value::Object(key.jwk()), vector["jwk"]);
    let text = |name: &str| vector[name].as_str().unwrap();
    let verifier = ProofVerifier::new(ManualClock::new(
        DateTime::from_timestamp(1_562_262_620, 0).unwrap(),
    ));
    let verify = |name, method, url, bound| {
        verifier.verify(text(name), method, url, bound, NoncePolicy::NotAsked)
    };

    let proof = verify(
        "token_request",
        "POST",
        "https://server.example.com/token",
        None,
    )
    .unwrap();
    assert_eq!(
        (proof.jti.as_str(), proof.iat),
        ("-BwC3ESc6acc2lTc", 1_562_262_616)
    );

    let bound = Some(Bound {
        token: text("access_token"),
        jkt: text("thumbprint"),
        holder: None,
    });
    let resource = "https://resource.example.org/protectedresource";
    let proof = verify("resource_request", "GET", resource, bound).unwrap();
    assert_eq!(
        (proof.jti.as_str(), proof.jkt.as_str()),
        ("e1j3V_bKic8-LAEB", text("thumbprint"))
    );
    let without_token = verify(
        "token_request",
        "POST",
        "https://server.example.com/token",
        bound,
    );
    assert_eq!(without_token, Err(ProofError::OtherToken));
}
