//! A program proves who it is by an assertion of its own, for this server, for now, once.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod forge;

use access::assertion::{Assertion, AssertionFault, Presented, make};
use access::jws::JwsFault;
use access::keys::{PublicKey, SigningKey};
use chrono::{DateTime, Utc};
use forge::sign_raw;
use serde_json::{Value, json};

const NOW: i64 = 1_800_000_000;
const AUDIENCES: &[&str] = &[
    "https://gateway.example",
    "https://gateway.example/identity/v1/token",
];

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW, 0).unwrap()
}

fn claims() -> Value {
    json!({ "iss": "officer-1", "sub": "officer-1", "aud": AUDIENCES[0], "exp": NOW + 300 })
}

fn check(text: &str, key: &PublicKey) -> Result<Assertion, AssertionFault> {
    Presented::parse(text)?.verify(key, AUDIENCES, now())
}

fn check_with(member: &str, value: Value) -> Result<(), AssertionFault> {
    let key = SigningKey::generate_es256().unwrap();
    let mut claims = claims();
    claims[member] = value;
    check(&key.sign("JWT", &claims).unwrap(), key.public()).map(drop)
}

#[test]
fn an_assertion_of_its_own_proves_the_program() {
    let key = SigningKey::generate_es256().unwrap();
    for audience in AUDIENCES {
        let text = make(&key, "officer-1", audience, now()).unwrap();
        let presented = Presented::parse(&text).unwrap();
        assert_eq!(
            (presented.client_id(), presented.kid()),
            ("officer-1", Some(key.kid()))
        );
        assert!(presented.verify(key.public(), AUDIENCES, now()).is_ok());
    }
}

#[test]
fn what_the_standard_leaves_open_is_taken() {
    let key = SigningKey::generate_ed25519().unwrap();
    for header in [
        json!({ "alg": "EdDSA" }),
        json!({ "alg": "EdDSA", "typ": "client-authentication+jwt" }),
    ] {
        let text = sign_raw(&key, &header.to_string(), &claims().to_string());
        assert!(check(&text, key.public()).is_ok());
    }
    assert_eq!(check_with("exp", json!(1_800_000_060.5)), Ok(()));
    assert_eq!(check_with("aud", json!(AUDIENCES)), Ok(()));
    assert_eq!(check_with("exp", json!(NOW + 600)), Ok(()));
}

#[test]
fn another_program_audience_or_time_is_refused() {
    assert_eq!(
        check_with("iss", json!("officer-2")),
        Err(AssertionFault::Issuer)
    );
    assert_eq!(
        check_with("sub", json!("officer-2")),
        Err(AssertionFault::Issuer)
    );
    for audience in [
        json!("https://evil.example"),
        json!([]),
        json!([AUDIENCES[0], "https://evil.example"]),
    ] {
        assert_eq!(check_with("aud", audience), Err(AssertionFault::Audience));
    }
    for (member, time) in [
        ("exp", NOW - 10),
        ("exp", NOW + 611),
        ("exp", i64::MAX),
        ("nbf", NOW + 11),
        ("iat", NOW + 11),
    ] {
        assert_eq!(
            check_with(member, json!(time)),
            Err(AssertionFault::Time),
            "{member} {time}"
        );
    }
    for (member, value) in [
        ("exp", Value::Null),
        ("aud", Value::Null),
        ("iss", json!(1)),
        ("aud", json!([1])),
    ] {
        assert_eq!(
            check_with(member, value),
            Err(JwsFault::Claims.into()),
            "{member}"
        );
    }
    assert_eq!(
        check_with("x", json!("y".repeat(5000))),
        Err(JwsFault::TooLong.into())
    );
}

#[test]
fn another_key_or_kind_of_token_is_refused() {
    let (key, other) = (
        SigningKey::generate_es256().unwrap(),
        SigningKey::generate_es256().unwrap(),
    );
    let text = make(&key, "officer-1", AUDIENCES[0], now()).unwrap();
    assert_eq!(
        check(&text, other.public()).err(),
        Some(JwsFault::Signature.into())
    );
    assert_eq!(
        check(&text, SigningKey::generate_ed25519().unwrap().public()).err(),
        Some(JwsFault::Algorithm.into())
    );
    for typ in ["at+jwt", "dpop+jwt", "lifeboat-internal+jwt"] {
        let text = key.sign(typ, &claims()).unwrap();
        assert_eq!(
            check(&text, key.public()).err(),
            Some(JwsFault::Type.into())
        );
    }
    for header in [json!({ "alg": "none" }), json!({ "alg": "HS256" })] {
        let text = sign_raw(&key, &header.to_string(), &claims().to_string());
        assert_eq!(
            check(&text, key.public()).err(),
            Some(JwsFault::Algorithm.into())
        );
    }
}

#[test]
fn two_signatures_of_one_assertion_are_one_use() {
    let key = SigningKey::generate_es256().unwrap();
    let header = json!({ "alg": "ES256" }).to_string();
    let sign = || sign_raw(&key, &header, &claims().to_string());
    let (one, other) = (sign(), sign());
    assert_ne!(one, other);
    let replay_key = |text: &str| check(text, key.public()).unwrap().replay_key();
    assert_eq!(replay_key(&one), replay_key(&other));
    let next = make(&key, "officer-1", AUDIENCES[0], now()).unwrap();
    assert_ne!(replay_key(&one), replay_key(&next));
}
