//! One doubtful key refuses its whole set, and a private key survives being written and read.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use access::jws::{Form, Unverified};
use access::keys::{
    Algorithm, KeyFault, KeySet, KeySetFault, PublicKey, SigningKey, SigningKeyFault, jwks,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};

fn key() -> Map<String, Value> {
    SigningKey::generate_es256().unwrap().public_jwk()
}

fn refused(change: impl Fn(&mut Map<String, Value>)) -> KeySetFault {
    let mut changed = key();
    change(&mut changed);
    KeySet::from_jwks(&jwks(&[key(), changed])).unwrap_err()
}

fn refused_with(member: &str, value: &Value) -> KeySetFault {
    refused(|jwk| drop(jwk.insert(member.into(), value.clone())))
}

#[test]
fn a_set_of_sound_keys_is_read_and_each_is_found_by_name() {
    let (one, other) = (
        SigningKey::generate_es256().unwrap(),
        SigningKey::generate_ed25519().unwrap(),
    );
    let set = KeySet::from_jwks(&jwks(&[one.public_jwk(), other.public_jwk()])).unwrap();
    assert_eq!(set.len(), 2);
    let found = set.find(Some(other.kid())).unwrap();
    assert_eq!(found.public(), other.public());
    assert_eq!(found.public().algorithm(), Algorithm::EdDsa);
    assert_eq!(set.find(Some(one.kid())).unwrap().public(), one.public());
    assert!(set.find(Some("unknown")).is_none());
    assert!(set.find(None).is_none(), "two keys, none named");
}

#[test]
fn the_only_key_needs_no_name() {
    let mut jwk = key();
    jwk.remove("kid");
    let set = KeySet::from_members([&jwk]).unwrap();
    let only = set.find(None).unwrap();
    assert_eq!(only.kid(), only.public().thumbprint());
    assert!(KeySet::default().find(None).is_none());
}

#[test]
fn secrets_in_a_set_refuse_it() {
    for member in ["d", "k", "p", "q", "dp", "dq", "qi", "oth"] {
        assert_eq!(
            refused_with(member, &json!("AAAA")),
            KeySetFault::Key(1, KeyFault::Secret),
            "{member}"
        );
    }
    let symmetric = json!({ "kty": "oct", "kid": "s" });
    let mixed = jwks(&[key(), symmetric.as_object().unwrap().clone()]);
    assert_eq!(
        KeySet::from_jwks(&mixed).unwrap_err(),
        KeySetFault::Key(1, KeyFault::Secret)
    );
}

#[test]
fn keys_of_other_kinds_refuse_it() {
    let modulus = URL_SAFE_NO_PAD.encode([0xff; 256]);
    for jwk in [
        json!({ "kty": "RSA", "n": modulus, "e": "AQAB" }),
        json!({ "kty": "RSA", "n": modulus, "e": "AQ" }),
        json!({ "kty": "RSA", "n": "AAAA", "e": "AQAB" }),
        json!({ "kty": "EC", "crv": "P-384", "x": "AAAA", "y": "AAAA" }),
        json!({ "kty": "EC", "crv": "secp256k1", "x": "AAAA", "y": "AAAA" }),
        json!({ "kty": "EC", "crv": "Ed25519", "x": "AAAA" }),
        json!({ "kty": "OKP", "crv": "X25519", "x": "AAAA" }),
        json!({ "kty": "OKP", "crv": "Ed448", "x": "AAAA" }),
        json!({ "kty": "EC" }),
        json!({ "kty": "ec" }),
    ] {
        let fault = PublicKey::from_jwk(jwk.as_object().unwrap()).unwrap_err();
        assert_eq!(fault, KeyFault::Unsupported, "{jwk}");
    }
    assert_eq!(
        refused(|jwk| drop(jwk.remove("kty"))),
        KeySetFault::Key(1, KeyFault::Malformed)
    );
    assert_eq!(
        refused_with("kty", &json!(1)),
        KeySetFault::Key(1, KeyFault::Malformed)
    );
}

#[test]
fn keys_for_another_use_refuse_it() {
    for (member, value) in [
        ("use", json!("enc")),
        ("use", json!("")),
        ("use", json!(["sig"])),
        ("key_ops", json!(["sign"])),
        ("key_ops", json!(["verify", "sign"])),
        ("key_ops", json!(["verify", "verify"])),
        ("key_ops", json!([])),
        ("key_ops", json!("verify")),
        ("alg", json!("ES384")),
        ("alg", json!("EdDSA")),
        ("alg", json!("HS256")),
        ("alg", Value::Null),
    ] {
        assert_eq!(
            refused_with(member, &value),
            KeySetFault::Key(1, KeyFault::OtherUse),
            "{member} {value}"
        );
    }
}

#[test]
fn points_off_the_curve_or_of_small_order_refuse_it() {
    let zero = URL_SAFE_NO_PAD.encode([0; 32]);
    let high = URL_SAFE_NO_PAD.encode([0xff; 32]);
    for (member, value) in [("x", &zero), ("y", &zero), ("x", &high), ("y", &high)] {
        assert_eq!(
            refused_with(member, &json!(value)),
            KeySetFault::Key(1, KeyFault::BadPoint),
            "{member}"
        );
    }
    for length in [0, 31, 33] {
        let value = URL_SAFE_NO_PAD.encode(vec![1; length]);
        assert_eq!(
            refused_with("x", &json!(value)),
            KeySetFault::Key(1, KeyFault::Malformed)
        );
    }
    let small = |first: u8, middle: u8, last: u8| {
        let mut point = [middle; 32];
        (point[0], point[31]) = (first, last);
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(point) });
        PublicKey::from_jwk(jwk.as_object().unwrap())
    };
    for (first, middle, last) in [
        (0, 0, 0),
        (0, 0, 0x80),
        (1, 0, 0),
        (1, 0, 0x80),
        (0xec, 0xff, 0x7f),
        (0xec, 0xff, 0xff),
        (0xed, 0xff, 0x7f),
        (0xee, 0xff, 0x7f),
        (0xee, 0xff, 0xff),
    ] {
        assert_eq!(
            small(first, middle, last),
            Err(KeyFault::BadPoint),
            "{first:x} {last:x}"
        );
    }
}

#[test]
fn names_are_unique_and_plain() {
    let one = key();
    let mut other = key();
    other.insert("kid".into(), one["kid"].clone());
    assert_eq!(
        KeySet::from_jwks(&jwks(&[one, other])).unwrap_err(),
        KeySetFault::DuplicateKid
    );
    for wrong in [json!(""), json!(7), json!("x".repeat(129)), Value::Null] {
        assert_eq!(
            refused_with("kid", &wrong),
            KeySetFault::Key(1, KeyFault::Malformed)
        );
    }
}

#[test]
fn what_is_no_key_set_is_refused() {
    let twice = Value::Object(key())
        .to_string()
        .replacen('{', r#"{"kty":"oct","#, 1);
    for wrong in [
        String::new(),
        "[]".into(),
        "{}".into(),
        r#"{"keys":{}}"#.into(),
        r#"{"keys":[1]}"#.into(),
        format!(r#"{{"keys":[{twice}]}}"#),
        format!(r#"{{"keys":[],"keys":[{}]}}"#, Value::Object(key())),
        format!("{}{}", jwks(&[key()]), " ".repeat(65 * 1024)),
        jwks(&vec![key(); 65]),
    ] {
        let fault = KeySet::from_jwks(&wrong).unwrap_err();
        assert!(
            matches!(fault, KeySetFault::Malformed | KeySetFault::DuplicateKid),
            "{fault}"
        );
    }
    assert_eq!(
        KeySet::from_jwks(&jwks(&[])).unwrap_err(),
        KeySetFault::Empty
    );
}

#[test]
fn a_private_key_survives_being_written_and_read() {
    for key in [
        SigningKey::generate_es256().unwrap(),
        SigningKey::generate_ed25519().unwrap(),
    ] {
        let pem = key.to_pkcs8_pem().unwrap();
        let read = SigningKey::from_pkcs8_pem(pem.expose_secret()).unwrap();
        assert_eq!(read.kid(), key.kid());
        let token = read.sign("t", &json!({ "a": 1 })).unwrap();
        let form = Form {
            types: &["t"],
            untyped: false,
            own_key: false,
            max_bytes: 1024,
        };
        assert_eq!(
            Unverified::parse(&token, &form)
                .unwrap()
                .verify(key.public()),
            Ok(json!({ "a": 1 }))
        );
        assert!(!format!("{key:?} {pem:?}").contains(key.kid()));
    }
}

#[test]
fn keys_that_others_wrote_are_read() {
    let read = |text| SigningKey::from_pkcs8_pem(text).unwrap().public().jwk();
    let p256 = read(include_str!("vectors/openssl-p256.pem"));
    assert_eq!(p256["x"], "JoRdziQzKoWbUWEC84_7T-t3DYSzHbHp9Ds5je7DF5w");
    assert_eq!(p256["y"], "2G7_GLzC9kH717jscWg1IbD85osGcqInRIh44B22KhE");
    // RFC 8410, section 10.3.
    let ed25519 = read(include_str!("vectors/rfc8410-ed25519.pem"));
    assert_eq!(ed25519["x"], "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE");
}

#[test]
fn other_private_keys_are_refused_with_a_reason() {
    let pem = SigningKey::generate_es256()
        .unwrap()
        .to_pkcs8_pem()
        .unwrap();
    let pem = pem.expose_secret();
    let refused = |text: &str| SigningKey::from_pkcs8_pem(text).unwrap_err();
    for wrong in [
        "",
        "x",
        &pem.replace("PRIVATE", "PUBLIC"),
        &pem.replace("PRIVATE", "EC PRIVATE"),
        &pem.repeat(2),
        &pem[..80],
    ] {
        assert_eq!(refused(wrong), SigningKeyFault::NotPem);
    }
    assert_eq!(
        refused("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"),
        SigningKeyFault::NotAKey
    );
    let foreign = [
        include_str!("vectors/openssl-p384.pem"),
        include_str!("vectors/openssl-rsa.pem"),
    ];
    for text in foreign {
        assert_eq!(refused(text), SigningKeyFault::NotAKey);
    }
    let key = SigningKey::generate_es256().unwrap();
    assert_eq!(
        key.sign("t", &json!([1])).err(),
        Some(SigningKeyFault::Claims)
    );
}
