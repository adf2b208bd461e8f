//! Tokens and proofs that must not pass, at the real door, signed with identity's real key.

use std::time::Duration;

use access::keys::SigningKey;
use access::proof::ProofKey;
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use end_to_end::client::Client;
use end_to_end::site::{Foundation, Site};
use reqwest::Response;
use runtime::clock::system;
use serde_json::{Value, json};

use super::world::{World, problem};

const PATH: &str = "/household/v1/me";

/// The key that identity signs with, opened with the sealing key as identity itself does.
fn signing_key(site: &Site) -> SigningKey {
    let folder = site.folder();
    let sealing = std::fs::read_dir(folder.join("keys")).unwrap();
    let sealing = sealing
        .map(|entry| entry.unwrap().path())
        .find(|path| path.to_string_lossy().contains("seal"))
        .expect("a sealing key");
    let sealing = URL_SAFE_NO_PAD
        .decode(std::fs::read_to_string(sealing).unwrap().trim_end())
        .unwrap();
    let store = rusqlite::Connection::open(folder.join("identity.sqlite")).unwrap();
    let row = "SELECT kid, sealed FROM signing_key WHERE slot = 'current'";
    let (kid, sealed): (String, Vec<u8>) = store
        .query_row(row, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    let (nonce, body) = sealed[1..].split_at(NONCE_LEN);
    let mut body = body.to_vec();
    let pem = RandomizedNonceKey::new(&AES_256_GCM, &sealing)
        .unwrap()
        .open_in_place(
            Nonce::try_assume_unique_for_key(nonce).unwrap(),
            Aad::from(format!("lifeboat-identity-signing-key-1 {kid}")),
            &mut body,
        )
        .unwrap();
    SigningKey::from_pkcs8_pem(std::str::from_utf8(pem).unwrap()).unwrap()
}

async fn refused(why: &str, answer: Response, error: &str) {
    assert_eq!(answer.status(), 401, "{why}");
    let challenge = answer.headers()["www-authenticate"].to_str().unwrap();
    assert_eq!(
        challenge,
        format!(r#"DPoP error="{error}", algs="ES256 EdDSA""#),
        "{why}"
    );
    let body = problem(answer, 401).await;
    assert_eq!(body["type"], "urn:lifeboat:problem:unauthenticated");
}

/// Sends a token and a proof as they are.
async fn send(world: &World, token: &str, proof: Option<&str>) -> Response {
    let mut request = reqwest::Client::new()
        .get(format!("{}{PATH}", world.site.gateway))
        .header("authorization", format!("DPoP {token}"));
    if let Some(proof) = proof {
        request = request.header("dpop", proof);
    }
    request.send().await.unwrap()
}

/// A proof that would hold for this token.
fn proof(
    world: &World,
    by: &Client,
    key: &ProofKey,
    token: &str,
    method: &str,
    path: &str,
) -> String {
    let url = format!("{}{path}", world.site.gateway);
    key.prove(method, &url, Some(token), by.nonce(), system().now())
        .unwrap()
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn claims(token: &str) -> Value {
    let claims = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forged_and_misused_tokens_are_refused_with_a_challenge() {
    let world = World::sqlite().await;
    let mut citizen = world.citizen(0).await;
    assert_eq!(citizen.get(PATH).await.unwrap().status(), 200);
    let key = signing_key(&world.site);
    let good = claims(&citizen.token);
    let now = system().now().timestamp();
    let changed = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        key.sign("at+jwt", &claims).unwrap()
    };
    let mut expired = good.clone();
    (expired["iat"], expired["exp"]) = (json!(now - 400), json!(now - 60));

    // The test's own tokens are as good as identity's, so that each is refused for its one fault.
    let own = key.sign("at+jwt", &good).unwrap();
    let answer = send(
        &world,
        &own,
        Some(&proof(&world, &citizen, citizen.key(), &own, "GET", PATH)),
    )
    .await;
    assert_eq!(answer.status(), 200);

    let head = |algorithm: &str| json!({"alg": algorithm, "typ": "at+jwt", "kid": key.kid()});
    let unsigned = format!("{}.{}.", part(&head("none")), part(&good));
    let message = format!("{}.{}", part(&head("HS256")), part(&good));
    let public = Value::Object(key.public_jwk()).to_string();
    let secret = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, public.as_bytes());
    let tag = aws_lc_rs::hmac::sign(&secret, message.as_bytes());
    let keyed = format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()));
    let stranger = SigningKey::generate_es256().unwrap();
    for (why, token) in [
        ("alg none", unsigned),
        ("HS256 with the public key", keyed),
        ("typ JWT", key.sign("JWT", &good).unwrap()),
        ("typ of a proof", key.sign("dpop+jwt", &good).unwrap()),
        (
            "typ of an internal token",
            key.sign("lifeboat-internal+jwt", &good).unwrap(),
        ),
        ("another audience", changed("aud", json!("urn:other"))),
        (
            "another issuer",
            changed("iss", json!("https://evil.example")),
        ),
        ("expired", key.sign("at+jwt", &expired).unwrap()),
        ("not yet valid", changed("nbf", json!(now + 300))),
        ("a life too long", changed("exp", json!(now + 100_000))),
        ("no subject", changed("sub", json!(""))),
        ("a stranger's key", stranger.sign("at+jwt", &good).unwrap()),
        ("garbage", "a.b.c".to_owned()),
    ] {
        let proof = proof(&world, &citizen, citizen.key(), &token, "GET", PATH);
        refused(
            why,
            send(&world, &token, Some(&proof)).await,
            "invalid_token",
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_nothing_without_a_fresh_proof_of_its_own_key() {
    let world = World::servers().await;
    let mut citizen = world.citizen(0).await;
    assert_eq!(citizen.get(PATH).await.unwrap().status(), 200);
    let token = citizen.token.clone();
    let made = |key: &ProofKey, method: &str, path: &str| {
        proof(&world, &citizen, key, &token, method, path)
    };

    refused(
        "no proof",
        send(&world, &token, None).await,
        "invalid_dpop_proof",
    )
    .await;
    let thief = ProofKey::generate().unwrap();
    let stolen = made(&thief, "GET", PATH);
    refused(
        "another key's proof",
        send(&world, &token, Some(&stolen)).await,
        "invalid_token",
    )
    .await;
    for (why, method, path) in [
        ("for another method", "POST", PATH),
        ("for another path", "GET", "/household/v1/me/kin"),
    ] {
        let other = made(citizen.key(), method, path);
        refused(
            why,
            send(&world, &token, Some(&other)).await,
            "invalid_dpop_proof",
        )
        .await;
    }
    let other = world.citizen(1).await;
    let url = format!("{}{PATH}", world.site.gateway);
    let now = system().now();
    let for_another = citizen
        .key()
        .prove("GET", &url, Some(&other.token), citizen.nonce(), now);
    refused(
        "for another token",
        send(&world, &token, Some(&for_another.unwrap())).await,
        "invalid_dpop_proof",
    )
    .await;
    let no_nonce = citizen
        .key()
        .prove("GET", &url, Some(&token), None, now)
        .unwrap();
    refused(
        "without a nonce",
        send(&world, &token, Some(&no_nonce)).await,
        "use_dpop_nonce",
    )
    .await;

    let once = made(citizen.key(), "GET", PATH);
    assert_eq!(send(&world, &token, Some(&once)).await.status(), 200);
    refused(
        "replayed",
        send(&world, &token, Some(&once)).await,
        "invalid_dpop_proof",
    )
    .await;

    let proof = made(citizen.key(), "GET", PATH);
    let copies = (0..16).map(|_| send(&world, &token, Some(&proof)));
    let answers = futures_util::future::join_all(copies).await;
    let passed = answers
        .iter()
        .filter(|answer| answer.status() == 200)
        .count();
    assert_eq!(passed, 1, "of parallel copies exactly one passes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_was_good_expires() {
    let short = vec![("identity", "service.lifetimes.access_token_s=2".to_owned())];
    let world = World::on(Foundation {
        settings: short,
        ..Foundation::default()
    })
    .await;
    let mut citizen = world.citizen(0).await;
    assert_eq!(citizen.get(PATH).await.unwrap().status(), 200);
    // Its two seconds, and the ten that clocks may differ.
    tokio::time::sleep(Duration::from_secs(13)).await;
    refused("expired", citizen.get(PATH).await.unwrap(), "invalid_token").await;
}
