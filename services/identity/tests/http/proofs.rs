//! Every token request proves possession of a key (RFC 9449), with a nonce of the server's, once.

use access::proof::ProofKey;
use chrono::TimeDelta;

use crate::world::{TOKEN_ENDPOINT, WANG, World, facts, facts_form};

async fn with(world: &World, proof: Option<&str>) -> (u16, String) {
    let facts = facts(WANG);
    world
        .post("/v1/token", &facts_form(&facts), proof)
        .await
        .error()
}

fn invalid() -> (u16, String) {
    (400, "invalid_dpop_proof".to_owned())
}

fn nonce_wanted() -> (u16, String) {
    (400, "use_dpop_nonce".to_owned())
}

#[tokio::test]
async fn without_a_proof_there_is_no_token() {
    let world = World::sqlite().await;
    assert_eq!(with(&world, None).await, invalid());
    for broken in ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."] {
        assert_eq!(with(&world, Some(broken)).await, invalid(), "{broken}");
    }
}

#[tokio::test]
async fn a_missing_or_stale_nonce_is_answered_with_a_fresh_one() {
    let world = World::sqlite().await;
    let now = || {
        use runtime::clock::Clock;
        world.clock.now()
    };
    let bare = world
        .key
        .prove("POST", TOKEN_ENDPOINT, None, None, now())
        .unwrap();
    assert_eq!(with(&world, Some(&bare)).await, nonce_wanted());
    let old = world.nonce().await;
    world.clock.advance(TimeDelta::minutes(10));
    for stale in [old.as_str(), "made-up"] {
        let proof = world
            .key
            .prove("POST", TOKEN_ENDPOINT, None, Some(stale), now())
            .unwrap();
        assert_eq!(with(&world, Some(&proof)).await, nonce_wanted());
    }
    assert_ne!(world.nonce().await, old);
    world.citizen().await;
}

#[tokio::test]
async fn a_proof_for_another_request_time_or_use_is_refused() {
    use runtime::clock::Clock;
    let world = World::sqlite().await;
    let nonce = world.nonce().await;
    let now = world.clock.now();
    let late = now - TimeDelta::minutes(5);
    let soon = now + TimeDelta::minutes(5);
    let elsewhere = "https://lifeboat.example/identity/v1/revoke";
    for (method, url, at) in [
        ("GET", TOKEN_ENDPOINT, now),
        ("POST", elsewhere, now),
        ("POST", "http://lifeboat.example/identity/v1/token", now),
        ("POST", TOKEN_ENDPOINT, late),
        ("POST", TOKEN_ENDPOINT, soon),
    ] {
        let proof = world
            .key
            .prove(method, url, None, Some(&nonce), at)
            .unwrap();
        assert_eq!(
            with(&world, Some(&proof)).await,
            invalid(),
            "{method} {url} {at}"
        );
    }
}

#[tokio::test]
async fn of_parallel_copies_of_a_proof_one_is_taken() {
    let world = World::sqlite().await;
    let proof = world.proof_by(&world.key).await;
    let facts = facts(WANG);
    let form = facts_form(&facts);
    let tries = (0..8).map(|_| world.post("/v1/token", &form, Some(&proof)));
    let answers = futures_util::future::join_all(tries).await;
    let taken = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(taken, 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        assert_eq!(answer.error(), invalid());
    }
}

#[tokio::test]
async fn two_proofs_are_none() {
    let world = World::sqlite().await;
    let one = world.proof_by(&world.key).await;
    let two = world.proof_by(&ProofKey::generate().unwrap()).await;
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("dpop", one.as_str()),
        ("dpop", two.as_str()),
    ];
    let body = "grant_type=refresh_token&refresh_token=x";
    let caller = World::anybody();
    let answer = world
        .call(&caller, reqwest::Method::POST, "/v1/token", &headers, body)
        .await;
    assert_eq!(answer.error(), invalid());
}
