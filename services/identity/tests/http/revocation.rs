//! Tokens are handed back (RFC 7009); the gateway reads what is revoked.

use access::assertion;
use access::caller::Caller;
use access::keys::SigningKey;
use chrono::TimeDelta;
use reqwest::Method;
use runtime::clock::Clock;

use crate::world::{Answer, OFFICER, World, citizen, program_form};

async fn hand_back(world: &World, token: &str) -> Answer {
    world.post("/v1/revoke", &[("token", token)], None).await
}

#[tokio::test]
async fn either_token_of_a_citizen_ends_the_session() {
    for mut world in World::both().await {
        for which in ["refresh_token", "access_token"] {
            let tokens = world.citizen().await;
            let claims = world.claims(&tokens.text("access_token")).await.unwrap();
            let before = world.revoked().await;
            let answer = hand_back(&world, &tokens.text(which)).await;
            assert_eq!((answer.status, answer.body.len()), (200, 0));
            let after = world.revoked().await;
            assert_ne!(before["version"], after["version"]);
            let sid = claims.sid.unwrap();
            let listed = after["revoked"].as_array().unwrap().iter();
            let entry = listed
                .clone()
                .find(|entry| entry["id"] == sid.as_str())
                .unwrap();
            assert_eq!(entry["kind"], "session");
            assert!(entry["expires"].as_i64().unwrap() > claims.exp);
            let refreshed = world.refresh(&tokens.text("refresh_token")).await;
            assert_eq!(refreshed.error(), (400, "invalid_grant".to_owned()));
            world.stop().await;
            world.start().await;
            assert_eq!(
                world.revoked().await["version"],
                after["version"],
                "it survives"
            );
        }
        world.clock.advance(TimeDelta::minutes(12));
        assert_eq!(world.revoked().await["revoked"], serde_json::json!([]));
    }
}

#[tokio::test]
async fn a_program_hands_its_own_token_back_and_no_other() {
    let stranger = SigningKey::generate_es256().unwrap();
    let world = World::sqlite_with(|settings| {
        let mut other = settings["clients"][0].clone();
        other["client_id"] = "other-program".into();
        other["jwk"] = stranger.public_jwk().into();
        settings["clients"].as_array_mut().unwrap().push(other);
    })
    .await;
    let token = world.program(&world.assertion()).await.text("access_token");
    let jti = world.claims(&token).await.unwrap().jti;
    assert_eq!(
        hand_back(&world, &token).await.error(),
        (400, "invalid_request".to_owned())
    );
    let now = world.clock.now();
    let by_other = assertion::make(&stranger, "other-program", crate::world::ISSUER, now).unwrap();
    let form = |assertion| {
        let mut form = program_form(assertion);
        form[0] = ("token", token.as_str());
        form
    };
    let refused = world.post("/v1/revoke", &form(&by_other), None).await;
    assert_eq!(refused.error(), (401, "invalid_client".to_owned()));
    let own = world.assertion();
    assert_eq!(
        world.post("/v1/revoke", &form(&own), None).await.status,
        200
    );
    let listed = world.revoked().await["revoked"].clone();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(
        (&listed[0]["kind"], &listed[0]["id"]),
        (&"token".into(), &jti.into())
    );
    assert_eq!(
        world.program(&world.assertion()).await.status,
        200,
        "{OFFICER} goes on"
    );
}

#[tokio::test]
async fn what_is_no_token_any_more_is_answered_alike() {
    let world = World::sqlite().await;
    let token = world.citizen().await.text("access_token");
    world.clock.advance(TimeDelta::minutes(11));
    for gone in [token.as_str(), "made-up", "a.b.c"] {
        let answer = hand_back(&world, gone).await;
        assert_eq!((answer.status, answer.body.len()), (200, 0));
    }
    let missing = world.post("/v1/revoke", &[], None).await;
    assert_eq!(missing.error(), (400, "invalid_request".to_owned()));
}

#[tokio::test]
async fn the_gateway_learns_in_one_question_that_nothing_changed() {
    let world = World::sqlite().await;
    let tokens = world.citizen().await;
    hand_back(&world, &tokens.text("refresh_token")).await;
    let gateway = Caller::service("gateway");
    let path = "/internal/v1/revocations";
    let first = world.call(&gateway, Method::GET, path, &[], "").await;
    let tag = first.headers["etag"].clone();
    let again = world
        .call(&gateway, Method::GET, path, &[("if-none-match", &tag)], "")
        .await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    let other = world.citizen().await;
    hand_back(&world, &other.text("refresh_token")).await;
    let changed = world
        .call(&gateway, Method::GET, path, &[("if-none-match", &tag)], "")
        .await;
    assert_eq!(changed.status, 200);
}

#[tokio::test]
async fn nobody_but_the_gateway_reads_the_list() {
    let world = World::sqlite().await;
    let callers = [
        World::anybody(),
        citizen(crate::world::WANG),
        crate::world::officer(),
    ];
    for caller in callers {
        let path = "/internal/v1/revocations";
        let answer = world.call(&caller, Method::GET, path, &[], "").await;
        assert_eq!(answer.status, 403);
    }
}
