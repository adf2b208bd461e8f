//! Every proof of possession that RFC 9449 refuses is refused.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod forge;

use std::sync::{Arc, OnceLock};

use access::jws::JwsFault;
use access::keys::{KeyFault, PublicKey, SigningKey};
use access::proof::{Bound, NoncePolicy, Nonces, Proof, ProofError, ProofKey, ProofVerifier, TYPE};
use access::replay::Replay;
use chrono::{DateTime, Duration};
use forge::sign_raw;
use runtime::clock::{Clock, ManualClock};
use serde_json::{Value, json};

const NOW: i64 = 1_800_000_000;
const URL: &str = "https://gateway.example/household/v1/me";
const TOKEN: &str = "the.access.token";

struct World {
    clock: Arc<ManualClock>,
    key: ProofKey,
    verifier: ProofVerifier,
    holder: OnceLock<PublicKey>,
}

fn world() -> World {
    let clock = ManualClock::new(DateTime::from_timestamp(NOW, 0).unwrap());
    World {
        key: ProofKey::generate().unwrap(),
        verifier: ProofVerifier::new(clock.clone()),
        holder: OnceLock::new(),
        clock,
    }
}

impl World {
    fn prove(&self, method: &str, url: &str, token: Option<&str>) -> String {
        self.key
            .prove(method, url, token, None, self.clock.now())
            .unwrap()
    }

    fn check(&self, proof: &str) -> Result<Proof, ProofError> {
        self.verifier
            .verify(proof, "GET", URL, None, NoncePolicy::NotAsked)
    }

    fn check_bound(&self, proof: &str) -> Result<Proof, ProofError> {
        let bound = Bound {
            token: TOKEN,
            jkt: self.key.jkt(),
            holder: Some(&self.holder),
        };
        self.verifier
            .verify(proof, "GET", URL, Some(bound), NoncePolicy::NotAsked)
    }
}

fn claims() -> Value {
    json!({ "jti": "p1", "htm": "GET", "htu": URL, "iat": NOW })
}

fn header(key: &SigningKey) -> Value {
    json!({ "alg": key.public().algorithm().as_str(), "typ": TYPE, "jwk": key.public().jwk() })
}

#[test]
fn a_proof_holds_for_its_request_and_token() {
    let world = world();
    let proof = world.prove(
        "GET",
        "https://GATEWAY.example:443/household/v1/%6de?x=1#y",
        Some(TOKEN),
    );
    let proof = world.check_bound(&proof).unwrap();
    assert_eq!((proof.jkt.as_str(), proof.iat), (world.key.jkt(), NOW));
    let kept = ProofKey::from_pem(secrecy::ExposeSecret::expose_secret(
        &world.key.to_pem().unwrap(),
    ))
    .unwrap();
    assert_eq!(kept.jkt(), world.key.jkt());
}

#[test]
fn another_method_or_address_is_refused() {
    let world = world();
    assert_eq!(
        world.check(&world.prove("POST", URL, None)),
        Err(ProofError::Method)
    );
    assert_eq!(
        world.check(&world.prove("get", URL, None)),
        Err(ProofError::Method)
    );
    for url in [
        "https://gateway.example/household/v1/me/kin",
        "https://gateway.example/household/v1/",
        "https://gateway.example/household/v1/me/",
        "https://gateway.example/household/v1/ME",
        "http://gateway.example/household/v1/me",
        "https://gateway.example:8443/household/v1/me",
        "https://evil.example/household/v1/me",
        "/household/v1/me",
        "",
    ] {
        assert_eq!(
            world.check(&world.prove("GET", url, None)),
            Err(ProofError::Address),
            "{url}"
        );
    }
}

#[test]
fn another_keys_proof_is_refused() {
    let world = world();
    let thief = ProofKey::generate().unwrap();
    let proof = thief
        .prove("GET", URL, Some(TOKEN), None, world.clock.now())
        .unwrap();
    assert_eq!(world.check_bound(&proof), Err(ProofError::OtherKey));
}

#[test]
fn a_key_that_is_kept_is_the_tokens_own_and_excuses_nothing() {
    let world = world();
    let thief = ProofKey::generate().unwrap();
    let theirs = thief.prove("GET", URL, Some(TOKEN), None, world.clock.now());
    assert!(world.check_bound(&theirs.unwrap()).is_err());
    assert!(world.holder.get().is_none());
    for _ in 0..2 {
        let proof = world.prove("GET", URL, Some(TOKEN));
        assert!(world.check_bound(&proof).is_ok());
        assert_eq!(world.holder.get().unwrap().thumbprint(), world.key.jkt());
    }
    let theirs = thief.prove("GET", URL, Some(TOKEN), None, world.clock.now());
    assert_eq!(
        world.check_bound(&theirs.unwrap()),
        Err(ProofError::OtherKey)
    );
    assert_eq!(world.holder.get().unwrap().thumbprint(), world.key.jkt());

    let [known, other] = [(); 2].map(|()| SigningKey::generate_es256().unwrap());
    let holder = OnceLock::from(known.public().clone());
    let refused = |key: &SigningKey, change: &dyn Fn(&mut Value)| {
        let mut header = header(&known);
        change(&mut header);
        let proof = sign_raw(key, &header.to_string(), &claims().to_string());
        let bound = Bound {
            token: TOKEN,
            jkt: known.public().thumbprint(),
            holder: Some(&holder),
        };
        world
            .verifier
            .verify(&proof, "GET", URL, Some(bound), NoncePolicy::NotAsked)
            .unwrap_err()
    };
    assert_eq!(refused(&known, &|_| ()), ProofError::OtherToken);
    assert_eq!(refused(&other, &|_| ()), JwsFault::Signature.into());
    let private = |header: &mut Value| header["jwk"]["d"] = json!("AAAA");
    assert_eq!(refused(&known, &private), KeyFault::Secret.into());
    let encrypts = |header: &mut Value| header["jwk"]["use"] = json!("enc");
    assert_eq!(refused(&known, &encrypts), KeyFault::OtherUse.into());
}

#[test]
fn a_proof_for_another_token_or_for_none_is_refused() {
    let world = world();
    for token in [None, Some("another.access.token"), Some("")] {
        assert_eq!(
            world.check_bound(&world.prove("GET", URL, token)),
            Err(ProofError::OtherToken)
        );
    }
}

#[test]
fn a_proof_is_good_for_a_minute() {
    let world = world();
    let proof = world.prove("GET", URL, None);
    for (seconds, holds) in [(60, true), (61, false), (-10, true), (-11, false)] {
        world.clock.advance(Duration::seconds(seconds));
        let expected = if holds { Ok(()) } else { Err(ProofError::Time) };
        assert_eq!(world.check(&proof).map(drop), expected, "{seconds}");
        world.clock.advance(Duration::seconds(-seconds));
    }
    let key = SigningKey::generate_es256().unwrap();
    for (member, value) in [
        ("iat", i64::MAX),
        ("iat", i64::MIN),
        ("exp", NOW - 60),
        ("nbf", NOW + 60),
    ] {
        let mut claims = claims();
        claims[member] = json!(value);
        let proof = sign_raw(&key, &header(&key).to_string(), &claims.to_string());
        assert_eq!(world.check(&proof), Err(ProofError::Time), "{member}");
    }
}

#[tokio::test]
async fn a_replayed_proof_is_known_for_as_long_as_it_could_be_accepted() {
    let world = world();
    let replay = Replay::memory(world.clock.clone());
    let text = world.prove("GET", URL, None);
    world.clock.advance(Duration::seconds(-10));
    let proof = world.check(&text).unwrap();
    assert_eq!(
        replay
            .first_use(&proof.replay_key(), Proof::REMEMBERED)
            .await,
        Ok(true)
    );
    world.clock.advance(Duration::seconds(70));
    let again = world.check(&text).unwrap();
    assert_eq!(
        replay
            .first_use(&again.replay_key(), Proof::REMEMBERED)
            .await,
        Ok(false)
    );
    world.clock.advance(Duration::seconds(1));
    assert_eq!(world.check(&text), Err(ProofError::Time));
}

#[test]
fn the_same_name_of_two_keys_is_two_names() {
    let (one, other) = (
        Proof {
            jkt: "a".into(),
            jti: "x".into(),
            iat: 0,
        },
        Proof {
            jkt: "b".into(),
            jti: "x".into(),
            iat: 0,
        },
    );
    assert_ne!(one.replay_key(), other.replay_key());
}

#[test]
fn nonces_are_held_to() {
    let world = world();
    let nonces = Nonces::random(world.clock.clone()).unwrap();
    let with = |nonce: Option<&str>| {
        world
            .key
            .prove("GET", URL, None, nonce, world.clock.now())
            .unwrap()
    };
    let check = |proof: &str, policy| {
        world
            .verifier
            .verify(proof, "GET", URL, None, policy)
            .map(drop)
    };
    let fresh = nonces.issue();
    for (nonce, required, if_present) in [
        (Some(fresh.as_str()), Ok(()), Ok(())),
        (
            Some("stale"),
            Err(ProofError::UseNonce),
            Err(ProofError::UseNonce),
        ),
        (None, Err(ProofError::UseNonce), Ok(())),
    ] {
        let proof = with(nonce);
        assert_eq!(check(&proof, NoncePolicy::Required(&nonces)), required);
        assert_eq!(check(&proof, NoncePolicy::IfPresent(&nonces)), if_present);
        assert_eq!(check(&proof, NoncePolicy::NotAsked), Ok(()));
    }
}

#[test]
fn only_a_public_key_of_a_kind_in_use_may_be_carried() {
    let world = world();
    let key = SigningKey::generate_es256().unwrap();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut header = header(&key);
        change(&mut header);
        world
            .check(&sign_raw(&key, &header.to_string(), &claims().to_string()))
            .unwrap_err()
    };
    let in_key =
        |member: &'static str, value: Value| with(&|header| header["jwk"][member] = value.clone());
    assert_eq!(in_key("d", json!("AAAA")), KeyFault::Secret.into());
    assert_eq!(in_key("kty", json!("RSA")), KeyFault::Unsupported.into());
    assert_eq!(in_key("kty", json!("oct")), KeyFault::Secret.into());
    assert_eq!(in_key("crv", json!("P-384")), KeyFault::Unsupported.into());
    assert_eq!(
        in_key("crv", json!("secp256k1")),
        KeyFault::Unsupported.into()
    );
    assert_eq!(in_key("x", json!("AAAA")), KeyFault::Malformed.into());
    assert_eq!(in_key("use", json!("enc")), KeyFault::OtherUse.into());
    let elsewhere = SigningKey::generate_es256().unwrap();
    let x = elsewhere.public().jwk()["x"].clone();
    assert_eq!(in_key("x", x), KeyFault::BadPoint.into());
    assert_eq!(
        with(&|header| header["jwk"] = Value::Object(elsewhere.public().jwk())),
        JwsFault::Signature.into()
    );
    assert_eq!(
        with(&|header| drop(header.as_object_mut().unwrap().remove("jwk"))),
        KeyFault::Malformed.into()
    );
    for (member, value) in [
        ("kid", json!("x")),
        ("crit", json!(["exp"])),
        ("b64", json!(false)),
        ("jku", json!("u")),
    ] {
        assert_eq!(
            with(&|header| header[member] = value.clone()),
            JwsFault::Header.into(),
            "{member}"
        );
    }
    assert_eq!(
        with(&|header| header["jwk"] = json!("text")),
        JwsFault::Header.into()
    );
    assert_eq!(
        with(&|header| header["typ"] = json!("at+jwt")),
        JwsFault::Type.into()
    );
    for alg in ["none", "HS256", "EdDSA", "ES384"] {
        assert_eq!(
            with(&|header| header["alg"] = json!(alg)),
            JwsFault::Algorithm.into(),
            "{alg}"
        );
    }
}

#[test]
fn every_required_claim_is_required() {
    let world = world();
    let key = SigningKey::generate_ed25519().unwrap();
    let check = |claims: &Value| {
        world
            .check(&sign_raw(
                &key,
                &header(&key).to_string(),
                &claims.to_string(),
            ))
            .map(drop)
    };
    assert_eq!(check(&claims()), Ok(()));
    for member in ["jti", "htm", "htu", "iat"] {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(member);
        assert_eq!(check(&claims), Err(JwsFault::Claims.into()), "{member}");
    }
    for jti in [String::new(), "x".repeat(257)] {
        let mut claims = claims();
        claims["jti"] = json!(jti);
        assert_eq!(check(&claims), Err(JwsFault::Claims.into()));
    }
}
