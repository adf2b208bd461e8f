//! Signing keys: two published at any time, rotated without a gap, sealed, agreed on by all copies.

use std::time::Duration;

use chrono::TimeDelta;
use identity::SealingKey;
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::world::{Answer, World};

fn kids(jwks: &Value) -> Vec<String> {
    let keys = jwks["keys"].as_array().unwrap().iter();
    let mut kids: Vec<_> = keys
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect();
    kids.sort();
    kids
}

fn kid_of(answer: &Answer) -> String {
    use base64::Engine;
    let token = answer.text("access_token");
    let head = token.split('.').next().unwrap();
    let head = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(head)
        .unwrap();
    let head: Value = serde_json::from_slice(&head).unwrap();
    assert_eq!(head["typ"], "at+jwt");
    head["kid"].as_str().unwrap().to_owned()
}

/// Waits until what copies look at now and then has come about.
async fn until<F: Future<Output = bool>>(mut holds: impl FnMut() -> F) {
    for _ in 0..200 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    unreachable!("it did not come about in five seconds");
}

#[tokio::test]
async fn the_next_key_is_published_before_it_signs_and_the_last_until_its_tokens_are_gone() {
    for mut world in World::both().await {
        let first = world.citizen().await;
        let before = kids(&world.jwks().await);
        assert_eq!(before.len(), 2);
        assert!(before.contains(&kid_of(&first)));
        for key in world.jwks().await["keys"].as_array().unwrap() {
            assert_eq!((&key["alg"], &key["use"]), (&"ES256".into(), &"sig".into()));
            assert!(key.get("d").is_none());
        }
        world
            .clock
            .advance(TimeDelta::days(7) - TimeDelta::minutes(5));
        let late = world.citizen().await;
        world.clock.advance(TimeDelta::minutes(5));
        until(async || kids(&world.jwks().await).len() == 3).await;
        let second = world.citizen().await;
        assert_ne!(kid_of(&second), kid_of(&late));
        assert!(before.contains(&kid_of(&second)), "known before it signed");
        assert!(
            world.claims(&late.text("access_token")).await.is_some(),
            "no gap"
        );
        assert!(world.claims(&second.text("access_token")).await.is_some());
        world.stop().await;
        world.start().await;
        assert!(world.claims(&late.text("access_token")).await.is_some());
        world.clock.advance(TimeDelta::minutes(13));
        until(async || kids(&world.jwks().await).len() == 2).await;
        assert!(!kids(&world.jwks().await).contains(&kid_of(&first)));
        assert_eq!(kid_of(&world.citizen().await), kid_of(&second));
    }
}

#[tokio::test]
async fn copies_sign_with_one_key_and_rotate_once() {
    let world = World::postgres().await;
    let (two, three) = (world.copy().await, world.copy().await);
    let sign_in_at = async |base: &str| {
        let facts = crate::world::facts(crate::world::WANG);
        let form = crate::world::facts_form(&facts);
        let proof = world.proof_by(&world.key).await;
        world.post_at(base, "/v1/token", &form, Some(&proof)).await
    };
    let bases = [world.url(), two.url(), three.url()];
    let mut signers = Vec::new();
    for base in &bases {
        signers.push(kid_of(&sign_in_at(base).await));
    }
    assert!(signers.iter().all(|kid| *kid == signers[0]));
    world.clock.advance(TimeDelta::days(7));
    let mut rotated = Vec::new();
    for base in &bases {
        until(async || kid_of(&sign_in_at(base).await) != signers[0]).await;
        rotated.push(kid_of(&sign_in_at(base).await));
    }
    assert!(
        rotated.iter().all(|kid| *kid == rotated[0]),
        "rotated once, not thrice"
    );
    assert_eq!(kids(&world.jwks().await).len(), 3);
    for copy in [two, three] {
        copy.stop().await.unwrap();
    }
}

#[tokio::test]
async fn an_operator_rotates_and_running_copies_follow() {
    for world in World::both().await {
        let first = world.citizen().await;
        let kid = identity::rotate_signing_key(&world.settings, &world.parts())
            .await
            .unwrap();
        assert_ne!(kid, kid_of(&first));
        until(async || kid_of(&world.citizen().await) == kid).await;
        assert!(world.claims(&first.text("access_token")).await.is_some());
    }
}

#[tokio::test]
async fn keys_survive_a_restart_and_open_with_their_sealing_key_only() {
    for mut world in World::both().await {
        let before = kids(&world.jwks().await);
        world.stop().await;
        world.start().await;
        assert_eq!(kids(&world.jwks().await), before);
        world.stop().await;
        let other = SealingKey::generate().unwrap();
        let right = std::fs::read(&world.settings.sealing_key_file).unwrap();
        std::fs::write(&world.settings.sealing_key_file, other.expose_secret()).unwrap();
        let error = identity::start(world.settings.clone(), world.parts())
            .await
            .unwrap_err();
        assert!(error.to_string().contains("another sealing key"), "{error}");
        std::fs::write(&world.settings.sealing_key_file, right).unwrap();
        world.start().await;
        assert_eq!(kids(&world.jwks().await), before);
    }
}

#[tokio::test]
async fn unsound_settings_do_not_start() {
    let world = World::sqlite().await;
    let start = async |change: fn(&mut identity::Settings)| {
        let mut settings = world.settings.clone();
        change(&mut settings);
        identity::start(settings, world.parts())
            .await
            .unwrap_err()
            .to_string()
    };
    assert!(
        start(|settings| settings.issuer.push('/'))
            .await
            .contains("issuer")
    );
    assert!(
        start(|settings| settings.issuer = "lifeboat".into())
            .await
            .contains("issuer")
    );
    let too_long = start(|settings| settings.lifetimes.access_token_s = 601).await;
    assert!(too_long.contains("access_token_s"));
    assert!(
        start(|settings| settings.nonce_key = "short".into())
            .await
            .contains("32")
    );
    assert!(
        start(|settings| settings.rates.all.burst = 0)
            .await
            .contains("rates")
    );
    assert!(
        start(|settings| settings.database = "mysql://x".into())
            .await
            .contains("sqlite://")
    );
}
