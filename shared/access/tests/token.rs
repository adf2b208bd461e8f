//! Every access token that the standards refuse is refused.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod forge;

use std::sync::Arc;

use access::jws::JwsFault;
use access::keys::{KeySet, SigningKey};
use access::lifetime::TimeFault;
use access::token::{AUDIENCE, AccessVerifier, TYPE, TokenError};
use aws_lc_rs::hmac;
use chrono::{DateTime, Duration};
use forge::{encode, sign_raw};
use runtime::clock::ManualClock;
use serde_json::{Value, json};

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://gateway.example";

struct World {
    clock: Arc<ManualClock>,
    key: SigningKey,
    verifier: AccessVerifier,
}

impl World {
    fn new(key: SigningKey) -> Self {
        let clock = ManualClock::new(DateTime::from_timestamp(NOW, 0).unwrap());
        let verifier = AccessVerifier::new(ISSUER, AUDIENCE, clock.clone());
        verifier.set_keys(KeySet::from_members([&key.public_jwk()]).unwrap());
        Self {
            clock,
            key,
            verifier,
        }
    }

    fn refused(&self, token: &str) -> TokenError {
        self.verifier.verify(token).unwrap_err()
    }

    fn refused_with(&self, member: &str, value: Value) -> TokenError {
        let mut claims = claims();
        claims[member] = value;
        self.refused(&self.key.sign(TYPE, &claims).unwrap())
    }

    fn header(&self) -> Value {
        json!({ "alg": self.key.public().algorithm().as_str(), "typ": TYPE, "kid": self.key.kid() })
    }

    fn refused_header(&self, member: &str, value: Value) -> TokenError {
        let mut header = self.header();
        header[member] = value;
        self.refused(&sign_raw(
            &self.key,
            &header.to_string(),
            &claims().to_string(),
        ))
    }
}

fn es256() -> World {
    World::new(SigningKey::generate_es256().unwrap())
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "sub": "A123456789", "aud": AUDIENCE, "exp": NOW + 600, "iat": NOW, "jti": "t1",
        "client_id": "portal", "cnf": { "jkt": "k" }, "acr": "urn:lifeboat:aal:1", "kind": "citizen", "sid": "s1"
    })
}

#[test]
fn a_token_holds_and_says_who_asks() {
    for key in [SigningKey::generate_es256(), SigningKey::generate_ed25519()] {
        let world = World::new(key.unwrap());
        let token = world.key.sign(TYPE, &claims()).unwrap();
        let first = world.verifier.verify(&token).unwrap();
        let caller = first.caller(None, None, None);
        assert_eq!(
            (caller.subject.as_str(), caller.session.as_deref()),
            ("A123456789", Some("s1"))
        );
        let again = world.verifier.verify(&token).unwrap();
        assert!(
            Arc::ptr_eq(&first, &again),
            "a verified token is verified once"
        );
    }
}

#[test]
fn alg_none_is_refused() {
    let world = es256();
    for alg in ["none", "None", "NONE", "nOnE", ""] {
        assert_eq!(
            world.refused_header("alg", json!(alg)),
            JwsFault::Algorithm.into()
        );
        let header = json!({ "alg": alg, "typ": TYPE, "kid": world.key.kid() }).to_string();
        let bare = format!("{}.{}.", encode(header), encode(claims().to_string()));
        assert_eq!(world.refused(&bare), JwsFault::Malformed.into());
    }
}

#[test]
fn the_public_key_is_no_hmac_secret() {
    let world = es256();
    let jwk = Value::Object(world.key.public_jwk()).to_string();
    let mut header = world.header();
    header["alg"] = json!("HS256");
    let message = format!(
        "{}.{}",
        encode(header.to_string()),
        encode(claims().to_string())
    );
    let secret = hmac::Key::new(hmac::HMAC_SHA256, jwk.as_bytes());
    let tag = hmac::sign(&secret, message.as_bytes()).as_ref().to_vec();
    let padded = [tag.as_slice(), &tag].concat();
    assert_eq!(
        world.refused(&format!("{message}.{}", encode(&tag))),
        JwsFault::Malformed.into()
    );
    assert_eq!(
        world.refused(&format!("{message}.{}", encode(padded))),
        JwsFault::Algorithm.into()
    );
}

#[test]
fn the_algorithm_is_the_keys_and_not_the_headers() {
    let world = es256();
    for alg in ["EdDSA", "ES384", "RS256", "PS256", "HS512", "es256"] {
        assert_eq!(
            world.refused_header("alg", json!(alg)),
            JwsFault::Algorithm.into()
        );
    }
    assert_eq!(
        world.refused_header("alg", json!(256)),
        JwsFault::Header.into()
    );
}

#[test]
fn another_type_of_token_is_refused() {
    let world = es256();
    for typ in [
        "JWT",
        "dpop+jwt",
        "lifeboat-internal+jwt",
        "AT+JWT",
        "application/at+jwt",
        "at+jwt ",
        "",
    ] {
        assert_eq!(
            world.refused_header("typ", json!(typ)),
            JwsFault::Type.into()
        );
    }
    let untyped = json!({ "alg": "ES256", "kid": world.key.kid() }).to_string();
    assert_eq!(
        world.refused(&sign_raw(&world.key, &untyped, &claims().to_string())),
        JwsFault::Type.into()
    );
}

#[test]
fn foreign_header_members_are_refused() {
    let world = es256();
    for (member, value) in [
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("jku", json!("https://evil.example/jwks.json")),
        ("x5u", json!("https://evil.example/cert.pem")),
        ("x5c", json!(["MIIB"])),
        ("jwk", Value::Object(world.key.public_jwk())),
        ("zip", json!("DEF")),
        ("cty", json!("JWT")),
        ("kid", json!(["a"])),
        ("kid", json!("x".repeat(129))),
    ] {
        assert_eq!(
            world.refused_header(member, value),
            JwsFault::Header.into(),
            "{member}"
        );
    }
}

#[test]
fn members_given_twice_are_refused() {
    let world = es256();
    let (header, claims) = (world.header().to_string(), claims().to_string());
    let twice = |text: &str, member: &str| text.replacen('{', &format!("{{{member},"), 1);
    for (header, claims) in [
        (twice(&header, r#""alg":"none""#), claims.clone()),
        (twice(&header, r#""kid":"x""#), claims.clone()),
        (header.clone(), twice(&claims, r#""sub":"B123456780""#)),
        (header.clone(), twice(&claims, r#""\u0073ub":"B123456780""#)),
        (header.clone(), twice(&claims, r#""x":{"y":1,"y":2}"#)),
    ] {
        assert_eq!(
            world.refused(&sign_raw(&world.key, &header, &claims)),
            JwsFault::Malformed.into()
        );
    }
}

#[test]
fn base64url_has_one_spelling() {
    let world = es256();
    let token = world.key.sign(TYPE, &claims()).unwrap();
    // 64 bytes leave 4 bits in the last character that must be zero.
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let at = alphabet.find(token.chars().last().unwrap()).unwrap();
    let stray = format!("{}{}", &token[..token.len() - 1], &alphabet[at + 1..at + 2]);
    for wrong in [
        stray,
        format!("{token}="),
        format!("{token}=="),
        format!("{token}\n"),
        format!(" {token}"),
        format!("{token}."),
        format!(".{token}"),
        token.replacen('.', "..", 1),
        token.replace('.', ""),
        token.replacen('.', "=.", 1),
    ] {
        assert_eq!(world.refused(&wrong), JwsFault::Malformed.into(), "{wrong}");
    }
    assert_eq!(world.refused(""), JwsFault::Malformed.into());
    assert_eq!(
        world.refused(&"a".repeat(100_000)),
        JwsFault::TooLong.into()
    );
}

#[test]
fn another_issuer_audience_or_key_is_refused() {
    let world = es256();
    for issuer in ["https://evil.example", "", "https://gateway.example/"] {
        assert_eq!(world.refused_with("iss", json!(issuer)), TokenError::Issuer);
    }
    for audience in ["urn:other", "", "urn:lifeboat:household"] {
        assert_eq!(
            world.refused_with("aud", json!(audience)),
            TokenError::Audience
        );
    }
    assert_eq!(
        world.refused_header("kid", json!("unknown")),
        TokenError::UnknownKey
    );
    let nameless = json!({ "alg": "ES256", "typ": TYPE }).to_string();
    assert_eq!(
        world.refused(&sign_raw(&world.key, &nameless, &claims().to_string())),
        TokenError::UnknownKey
    );
    let stranger = SigningKey::generate_es256().unwrap();
    let forged = sign_raw(
        &stranger,
        &world.header().to_string(),
        &claims().to_string(),
    );
    assert_eq!(world.refused(&forged), JwsFault::Signature.into());
}

#[test]
fn times_are_held_to() {
    let world = es256();
    assert_eq!(
        world.refused_with("exp", json!(NOW - 60)),
        TimeFault::Expired.into()
    );
    assert_eq!(
        world.refused_with("nbf", json!(NOW + 60)),
        TimeFault::NotYetValid.into()
    );
    assert_eq!(
        world.refused_with("iat", json!(NOW + 60)),
        TimeFault::IssuedInFuture.into()
    );
    assert_eq!(
        world.refused_with("exp", json!(NOW + 601)),
        TimeFault::TooLong.into()
    );
    assert_eq!(
        world.refused_with("exp", json!(NOW + 3_155_760_000_i64)),
        TimeFault::TooLong.into()
    );
    assert_eq!(
        world.refused_with("iat", json!(i64::MIN)),
        TimeFault::TooLong.into()
    );
}

#[test]
fn a_remembered_token_expires_all_the_same() {
    let world = es256();
    let token = world.key.sign(TYPE, &claims()).unwrap();
    assert!(world.verifier.verify(&token).is_ok());
    world.clock.advance(Duration::seconds(-60));
    assert_eq!(world.refused(&token), TimeFault::IssuedInFuture.into());
    world.clock.advance(Duration::seconds(60 + 604));
    assert!(world.verifier.verify(&token).is_ok());
    world.clock.advance(Duration::seconds(1));
    assert_eq!(world.refused(&token), TimeFault::Expired.into());
}

#[test]
fn a_key_that_is_gone_takes_its_remembered_tokens_along() {
    let world = es256();
    let token = world.key.sign(TYPE, &claims()).unwrap();
    assert!(world.verifier.verify(&token).is_ok());
    let next = SigningKey::generate_ed25519().unwrap();
    let both = [world.key.public_jwk(), next.public_jwk()];
    world
        .verifier
        .set_keys(KeySet::from_members(&both).unwrap());
    assert!(world.verifier.verify(&token).is_ok());
    world
        .verifier
        .set_keys(KeySet::from_members([&next.public_jwk()]).unwrap());
    assert_eq!(world.refused(&token), TokenError::UnknownKey);
    let mut same_name = next.public_jwk();
    same_name.insert("kid".into(), world.key.kid().into());
    world
        .verifier
        .set_keys(KeySet::from_members([&same_name]).unwrap());
    assert_eq!(world.refused(&token), TokenError::UnknownKey);
}

#[test]
fn without_keys_nothing_is_verified() {
    let world = es256();
    world.verifier.set_keys(KeySet::default());
    assert!(!world.verifier.has_keys());
    assert_eq!(
        world.refused(&world.key.sign(TYPE, &claims()).unwrap()),
        TokenError::UnknownKey
    );
}

#[test]
fn every_required_claim_is_required() {
    let world = es256();
    for member in [
        "iss",
        "sub",
        "aud",
        "exp",
        "iat",
        "jti",
        "client_id",
        "cnf",
        "acr",
        "kind",
    ] {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(member);
        let token = world.key.sign(TYPE, &claims).unwrap();
        assert_eq!(world.refused(&token), JwsFault::Claims.into(), "{member}");
        assert_eq!(
            world.refused_with(member, Value::Null),
            JwsFault::Claims.into(),
            "{member}"
        );
    }
    for member in ["sub", "jti", "client_id", "sid"] {
        assert_eq!(
            world.refused_with(member, json!("")),
            TokenError::Claims,
            "{member}"
        );
        assert_eq!(
            world.refused_with(member, json!("x".repeat(257))),
            TokenError::Claims,
            "{member}"
        );
    }
    assert_eq!(
        world.refused_with("cnf", json!({ "jkt": "" })),
        TokenError::Claims
    );
    for (member, value) in [
        ("aud", json!([AUDIENCE])),
        ("exp", json!("1800000600")),
        ("exp", json!(1e300)),
        ("cnf", json!({})),
        ("acr", json!("urn:lifeboat:aal:3")),
        ("kind", json!("administrator")),
    ] {
        assert_eq!(
            world.refused_with(member, value),
            JwsFault::Claims.into(),
            "{member}"
        );
    }
}

#[test]
fn nobody_signs_in_as_nobody_or_as_a_service() {
    let world = es256();
    for kind in ["anonymous", "service"] {
        assert_eq!(world.refused_with("kind", json!(kind)), TokenError::Claims);
    }
}

#[test]
fn debug_shows_no_claim_that_points_at_a_person() {
    let world = es256();
    let claims = world
        .verifier
        .verify(&world.key.sign(TYPE, &claims()).unwrap())
        .unwrap();
    let shown = format!(
        "{claims:?} {:?} {:?} {:?}",
        claims.cnf, world.key, world.verifier
    );
    for secret in ["A123456789", "t1\"", "s1\"", world.key.kid()] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
