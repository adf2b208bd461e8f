//! Tokens and proofs that must not pass, each with its challenge.

use std::sync::Arc;

use access::keys::{SigningKey, jwks};
use access::proof::ProofKey;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::harness::{Person, World, eventually, problem};

const PATH: &str = "/echo/v1/me";
const INVALID_TOKEN: &str = r#"DPoP error="invalid_token", algs="ES256 EdDSA""#;
const INVALID_PROOF: &str = r#"DPoP error="invalid_dpop_proof", algs="ES256 EdDSA""#;
const USE_NONCE: &str = r#"DPoP error="use_dpop_nonce", algs="ES256 EdDSA""#;

async fn refused(answer: reqwest::Response, challenge: &str) {
    assert_eq!(answer.status(), 401);
    assert_eq!(
        answer.headers().get_all("www-authenticate").iter().count(),
        1
    );
    assert_eq!(answer.headers()["www-authenticate"], challenge);
    let body = problem(answer).await;
    assert_eq!(body["type"], "urn:lifeboat:problem:unauthenticated");
}

/// Sends `token` with a proof that would hold for it.
async fn try_token(person: &Person, token: &str) -> reqwest::Response {
    let nonce = nonce_of(person).await;
    let now = chrono::DateTime::from_timestamp(person.claims.iat, 0).unwrap();
    let proof = person.key.prove(
        "GET",
        &format!("{}{PATH}", super::harness::PUBLIC_URL),
        Some(token),
        Some(&nonce),
        now,
    );
    person
        .with("GET", PATH, token, &proof.unwrap())
        .send()
        .await
        .unwrap()
}

async fn nonce_of(person: &Person) -> String {
    let answer = person.once("GET", PATH).send().await.unwrap();
    answer.headers()["dpop-nonce"].to_str().unwrap().to_owned()
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_token_with_a_fresh_proof_passes() {
    let world = World::start().await;
    let citizen = world.citizen();
    assert_eq!(citizen.get(PATH).await.status(), 200);
    let caller = world.echo.last().caller;
    assert_eq!(
        (caller.subject.as_str(), caller.client_id.as_str()),
        ("A123456789", "portal")
    );
    assert_eq!(caller.session, citizen.claims.sid);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_do_not_hold_are_refused() {
    let world = World::start().await;
    let now = world.now();
    let changed =
        |change: &dyn Fn(&mut super::harness::Claims)| Person::new(&world, |claims| change(claims));
    for (why, person) in [
        (
            "another audience",
            changed(&|claims| claims.aud = "urn:other".to_owned()),
        ),
        (
            "another issuer",
            changed(&|claims| claims.iss = "https://evil.example".to_owned()),
        ),
        (
            "expired",
            changed(&|claims| (claims.iat, claims.exp) = (now - 400, now - 60)),
        ),
        (
            "not valid yet",
            changed(&|claims| claims.nbf = Some(now + 120)),
        ),
        (
            "issued in the future",
            changed(&|claims| (claims.iat, claims.exp) = (now + 120, now + 300)),
        ),
        (
            "too long a life",
            changed(&|claims| claims.exp = now + 100_000),
        ),
        (
            "a service's kind",
            changed(&|claims| claims.kind = access::caller::CallerKind::Service),
        ),
        ("no subject", changed(&|claims| claims.sub = String::new())),
    ] {
        let answer = try_token(&person, &person.token).await;
        assert_eq!(answer.status(), 401, "{why}");
        refused(answer, INVALID_TOKEN).await;
    }
    for typ in ["JWT", "dpop+jwt", "lifeboat-internal+jwt"] {
        let person = Person::signed_by(&world, &world.keys, typ, |_| ());
        refused(try_token(&person, &person.token).await, INVALID_TOKEN).await;
    }
    let strangers_key = SigningKey::generate_es256().unwrap();
    let person = Person::signed_by(&world, &strangers_key, "at+jwt", |_| ());
    refused(try_token(&person, &person.token).await, INVALID_TOKEN).await;
    assert!(world.echo.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn other_algorithms_are_refused() {
    let world = World::start().await;
    let citizen = world.citizen();
    let claims = serde_json::to_value(&citizen.claims).unwrap();
    let kid = world.keys.kid();
    let unsigned = format!(
        "{}.{}.",
        part(&json!({"alg": "none", "typ": "at+jwt", "kid": kid})),
        part(&claims)
    );
    refused(try_token(&citizen, &unsigned).await, INVALID_TOKEN).await;

    // HS256, keyed with the public key as everybody can read it.
    let signed = format!(
        "{}.{}",
        part(&json!({"alg": "HS256", "typ": "at+jwt", "kid": kid})),
        part(&claims)
    );
    for secret in [
        Value::Object(world.keys.public_jwk()).to_string(),
        jwks(&[world.keys.public_jwk()]),
    ] {
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret.as_bytes());
        let tag = aws_lc_rs::hmac::sign(&key, signed.as_bytes());
        let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()));
        refused(try_token(&citizen, &token).await, INVALID_TOKEN).await;
    }
    let (body, _) = citizen.token.rsplit_once('.').unwrap();
    for garbled in [
        format!("{body}.AAAA"),
        body.to_owned(),
        String::new(),
        "x".repeat(7000),
        "a.b.c".to_owned(),
    ] {
        refused(try_token(&citizen, &garbled).await, INVALID_TOKEN).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_nothing_without_the_proof_of_its_own_key() {
    let world = World::start().await;
    let citizen = world.citizen();
    let nonce = nonce_of(&citizen).await;
    let address = |path: &str| format!("{}{path}", super::harness::PUBLIC_URL);
    let now = world.clock.now();
    let send = async |proof: String| {
        citizen
            .with("GET", PATH, &citizen.token, &proof)
            .send()
            .await
            .unwrap()
    };

    let alone = world
        .get(PATH)
        .header("authorization", format!("DPoP {}", citizen.token))
        .send()
        .await
        .unwrap();
    refused(alone, INVALID_PROOF).await;
    let stranger = ProofKey::generate().unwrap();
    let stolen = stranger
        .prove(
            "GET",
            &address(PATH),
            Some(&citizen.token),
            Some(&nonce),
            now,
        )
        .unwrap();
    refused(send(stolen).await, INVALID_TOKEN).await;
    for (method, path) in [
        ("POST", PATH),
        ("GET", "/echo/v1/public"),
        ("GET", "/echo/v1/persons/A123456789"),
    ] {
        let other = citizen
            .key
            .prove(
                method,
                &address(path),
                Some(&citizen.token),
                Some(&nonce),
                now,
            )
            .unwrap();
        refused(send(other).await, INVALID_PROOF).await;
    }
    let elsewhere = citizen.key.prove(
        "GET",
        &format!("{}{PATH}", world.url),
        Some(&citizen.token),
        Some(&nonce),
        now,
    );
    refused(send(elsewhere.unwrap()).await, INVALID_PROOF).await;
    let unbound = citizen
        .key
        .prove("GET", &address(PATH), None, Some(&nonce), now)
        .unwrap();
    refused(send(unbound).await, INVALID_PROOF).await;
    let for_another = citizen
        .key
        .prove(
            "GET",
            &address(PATH),
            Some(&world.citizen().token),
            Some(&nonce),
            now,
        )
        .unwrap();
    refused(send(for_another).await, INVALID_PROOF).await;
    for seconds in [-300, 300] {
        let at = now + chrono::Duration::seconds(seconds);
        let other_time = citizen
            .key
            .prove(
                "GET",
                &address(PATH),
                Some(&citizen.token),
                Some(&nonce),
                at,
            )
            .unwrap();
        refused(send(other_time).await, INVALID_PROOF).await;
    }
    refused(send("no proof".to_owned()).await, INVALID_PROOF).await;
    refused(send(citizen.token.clone()).await, INVALID_PROOF).await;
    assert!(world.echo.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_without_a_nonce_is_asked_for_one() {
    let world = World::start().await;
    let citizen = world.citizen();
    let answer = citizen.once("GET", PATH).send().await.unwrap();
    citizen.learn(&answer);
    refused(answer, USE_NONCE).await;
    let answer = citizen.once("GET", PATH).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(
        answer.headers().contains_key("dpop-nonce"),
        "the next one comes in time"
    );
    let invented = citizen.key.prove(
        "GET",
        &format!("{}{PATH}", super::harness::PUBLIC_URL),
        Some(&citizen.token),
        Some("invented"),
        world.clock.now(),
    );
    refused(
        citizen
            .with("GET", PATH, &citizen.token, &invented.unwrap())
            .send()
            .await
            .unwrap(),
        USE_NONCE,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bearer_and_doubled_headers_are_refused() {
    let world = World::start().await;
    let citizen = world.citizen();
    citizen.get(PATH).await;
    for scheme in ["Bearer", "Basic", "Lifeboat", "dpopx"] {
        let answer = world
            .get(PATH)
            .header("authorization", format!("{scheme} {}", citizen.token))
            .header("dpop", citizen.proof("GET", PATH));
        refused(answer.send().await.unwrap(), INVALID_TOKEN).await;
    }
    let twice = citizen
        .once("GET", PATH)
        .header("authorization", format!("DPoP {}", citizen.token));
    refused(twice.send().await.unwrap(), INVALID_TOKEN).await;
    let twice = citizen
        .once("GET", PATH)
        .header("dpop", citizen.proof("GET", PATH));
    refused(twice.send().await.unwrap(), INVALID_PROOF).await;
    let listed = citizen.with(
        "GET",
        PATH,
        &format!("{0}, DPoP {0}", citizen.token),
        &citizen.proof("GET", PATH),
    );
    refused(listed.send().await.unwrap(), INVALID_TOKEN).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_parallel_copies_of_a_request_exactly_one_passes() {
    let world = World::start().await;
    parallel_copies(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_parallel_copies_exactly_one_passes_with_redis_too() {
    let url = test_support::redis::url().await;
    let world =
        World::with(|settings| settings["counters"] = json!({"in": "redis", "url": url})).await;
    parallel_copies(&world).await;
}

async fn parallel_copies(world: &World) {
    let citizen = world.citizen();
    citizen.get(PATH).await;
    for _ in 0..5 {
        let proof = citizen.proof("GET", PATH);
        let copies = (0..16).map(|_| citizen.with("GET", PATH, &citizen.token, &proof).send());
        let answers = futures_util::future::join_all(copies).await;
        let statuses: Vec<u16> = answers
            .into_iter()
            .map(|answer| answer.unwrap().status().as_u16())
            .collect();
        assert_eq!(
            statuses.iter().filter(|status| **status == 200).count(),
            1,
            "{statuses:?}"
        );
        assert_eq!(
            statuses.iter().filter(|status| **status == 401).count(),
            15,
            "{statuses:?}"
        );
    }
    let proof = citizen.proof("GET", PATH);
    assert_eq!(
        citizen
            .with("GET", PATH, &citizen.token, &proof)
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
    refused(
        citizen
            .with("GET", PATH, &citizen.token, &proof)
            .send()
            .await
            .unwrap(),
        INVALID_PROOF,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_token_or_session_stops_working_within_seconds() {
    let world = World::start().await;
    let (one, other) = (world.citizen(), world.citizen());
    assert_eq!(one.get(PATH).await.status(), 200);
    assert_eq!(other.get(PATH).await.status(), 200);
    world.identity.revoke("token", &one.claims.jti);
    eventually(async || one.get(PATH).await.status() == 401).await;
    refused(one.get(PATH).await, INVALID_TOKEN).await;
    assert_eq!(other.get(PATH).await.status(), 200);
    world
        .identity
        .revoke("session", other.claims.sid.as_deref().unwrap());
    eventually(async || other.get(PATH).await.status() == 401).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_is_taken_and_a_flood_of_unknown_ones_reads_keys_once() {
    let world = World::with(|settings| settings["tokens"]["keys_interval_s"] = json!(600)).await;
    let before = world.identity.key_reads();
    let next = Arc::new(SigningKey::generate_ed25519().unwrap());
    world
        .identity
        .set_keys(jwks(&[world.keys.public_jwk(), next.public_jwk()]));
    let person = Person::signed_by(&world, &next, "at+jwt", |_| ());
    eventually(async || person.get(PATH).await.status() == 200).await;
    let strangers_key = SigningKey::generate_es256().unwrap();
    for _ in 0..50 {
        let stranger = Person::signed_by(&world, &strangers_key, "at+jwt", |_| ());
        assert_eq!(
            stranger.once("GET", PATH).send().await.unwrap().status(),
            401
        );
    }
    assert_eq!(world.identity.key_reads(), before + 1);
    assert_eq!(
        world.citizen().get(PATH).await.status(),
        200,
        "the other key still holds"
    );
}
