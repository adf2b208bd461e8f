//! Refresh tokens: by the same key, once; a second use ends the session.

use access::proof::ProofKey;
use chrono::TimeDelta;
use secrecy::ExposeSecret;
use test_support::postgres;

use crate::world::{WANG, World};

fn refused() -> (u16, String) {
    (400, "invalid_grant".to_owned())
}

async fn is_revoked(world: &World, sid: &str) -> bool {
    let revoked = world.revoked().await;
    let listed = revoked["revoked"].as_array().unwrap();
    listed
        .iter()
        .any(|entry| entry["kind"] == "session" && entry["id"] == sid)
}

#[tokio::test]
async fn each_refresh_replaces_the_token_and_keeps_the_session() {
    for mut world in World::both().await {
        let first = world.citizen().await;
        let before = world.claims(&first.text("access_token")).await.unwrap();
        let mut token = first.text("refresh_token");
        for _ in 0..3 {
            world.clock.advance(TimeDelta::minutes(9));
            world.stop().await;
            world.start().await;
            let answer = world.refresh(&token).await;
            assert_eq!(answer.status, 200);
            let claims = world.claims(&answer.text("access_token")).await.unwrap();
            assert_eq!((claims.sub.as_str(), &claims.sid), (WANG, &before.sid));
            assert_ne!(claims.jti, before.jti);
            assert_ne!(answer.text("refresh_token"), token);
            token = answer.text("refresh_token");
        }
    }
}

#[tokio::test]
async fn using_a_token_again_ends_the_session_for_both_holders() {
    for world in World::both().await {
        let first = world.citizen().await;
        let stolen = first.text("refresh_token");
        let sid = world
            .claims(&first.text("access_token"))
            .await
            .unwrap()
            .sid
            .unwrap();
        let second = world.refresh(&stolen).await.text("refresh_token");
        assert!(!is_revoked(&world, &sid).await);
        assert_eq!(world.refresh(&stolen).await.error(), refused());
        assert!(is_revoked(&world, &sid).await, "its access tokens go too");
        assert_eq!(world.refresh(&second).await.error(), refused());
    }
}

#[tokio::test]
async fn of_parallel_uses_at_most_one_is_served() {
    for world in World::both().await {
        let first = world.citizen().await;
        let token = first.text("refresh_token");
        let sid = world
            .claims(&first.text("access_token"))
            .await
            .unwrap()
            .sid
            .unwrap();
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token.as_str()),
        ];
        let mut proofs = Vec::new();
        for _ in 0..8 {
            proofs.push(world.proof_by(&world.key).await);
        }
        let tries = proofs
            .iter()
            .map(|proof| world.post("/v1/token", &form, Some(proof)));
        let answers = futures_util::future::join_all(tries).await;
        let served = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(served, 1);
        assert!(is_revoked(&world, &sid).await);
    }
}

#[tokio::test]
async fn a_thief_without_the_key_gets_nothing_and_ends_nothing() {
    for world in World::both().await {
        let token = world.citizen().await.text("refresh_token");
        let thief = ProofKey::generate().unwrap();
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token.as_str()),
        ];
        let proof = world.proof_by(&thief).await;
        let answer = world.post("/v1/token", &form, Some(&proof)).await;
        assert_eq!(answer.error(), refused());
        let mut as_other_app = form.to_vec();
        as_other_app.push(("client_id", "other-app"));
        assert_eq!(world.token(&as_other_app).await.error(), refused());
        assert_eq!(world.refresh(&token).await.status, 200);
    }
}

#[tokio::test]
async fn a_session_ends_in_time_and_its_last_token_with_it() {
    let world = World::sqlite().await;
    let token = world.citizen().await.text("refresh_token");
    world.clock.advance(TimeDelta::minutes(8 * 60 - 5));
    let answer = world.refresh(&token).await;
    assert_eq!(answer.json()["expires_in"], 300, "not beyond the session");
    world.clock.advance(TimeDelta::minutes(5));
    assert_eq!(
        world.refresh(&answer.text("refresh_token")).await.error(),
        refused()
    );
}

#[tokio::test]
async fn unknown_tokens_are_refused_and_programs_have_none() {
    let world = World::sqlite().await;
    assert_eq!(world.refresh("made-up").await.error(), refused());
    let missing = world.token(&[("grant_type", "refresh_token")]).await;
    assert_eq!(missing.error(), (400, "invalid_request".to_owned()));
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", "x"),
        ("client_id", crate::world::OFFICER),
    ];
    assert_eq!(
        world.token(&form).await.error(),
        (401, "invalid_client".to_owned())
    );
}

#[tokio::test]
async fn the_store_never_sees_a_token_or_a_private_key() {
    let world = World::postgres().await;
    let token = world.citizen().await.text("refresh_token");
    let url = world.settings.database.expose_secret();
    let dump =
        |table: &str| postgres::psql(url, &format!("SELECT * FROM identity.{table}")).unwrap();
    assert!(!dump("refresh_token").is_empty());
    assert!(!dump("refresh_token").contains(&token));
    assert!(!dump("session").contains(&token));
    // "BEGIN PRIVATE KEY" in hexadecimal, as psql shows bytes.
    assert!(!dump("signing_key").contains("424547494e2050524956415445"));
}
