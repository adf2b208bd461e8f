//! Citizens sign in by registry facts; wrong tries lock this way, and tell nothing.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use access::caller::{Assurance, CallerKind};
use chrono::TimeDelta;
use serde_json::Value;

use crate::household::Facts;
use crate::world::{LIN, TOKEN_ENDPOINT, WANG, World, facts, facts_form};

fn wrong() -> Facts {
    with("birth_date", "1970-02-01")
}

fn with(name: &str, value: &str) -> Facts {
    let mut facts = facts(WANG);
    facts.insert(name.to_owned(), value.to_owned());
    facts
}

async fn refused(world: &World, facts: &Facts) {
    let answer = world.sign_in(facts).await;
    assert_eq!(answer.error(), (400, "invalid_grant".to_owned()));
}

#[tokio::test]
async fn right_facts_earn_a_token_bound_to_the_key_for_ten_minutes() {
    for world in World::both().await {
        let answer = world.citizen().await;
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert!(answer.headers.contains_key("dpop-nonce"));
        assert_eq!(answer.text("token_type"), "DPoP");
        assert_eq!(answer.json()["expires_in"], 600);
        assert!(answer.json()["refresh_token"].is_string());
        let token = answer.text("access_token");
        let claims = world.claims(&token).await.unwrap();
        assert_eq!(claims.sub, WANG);
        assert_eq!(claims.client_id, "citizen-web");
        assert_eq!(claims.kind, CallerKind::Citizen);
        assert_eq!(claims.acr, Assurance::Basic);
        assert_eq!(claims.cnf.jkt, world.key.jkt());
        assert!(claims.sid.is_some());
        assert_eq!(claims.exp - claims.iat, 600);
        assert_eq!(auth_time(&token), claims.iat);
        world.clock.advance(TimeDelta::seconds(606));
        assert!(world.claims(&token).await.is_none());
    }
}

fn auth_time(token: &str) -> i64 {
    use base64::Engine;
    let payload = token.split('.').nth(1).unwrap();
    let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload);
    let claims: Value = serde_json::from_slice(&payload.unwrap()).unwrap();
    claims["auth_time"].as_i64().unwrap()
}

#[tokio::test]
async fn a_wrong_fact_an_unknown_person_and_a_locked_one_look_alike() {
    for world in World::both().await {
        let mut answers = Vec::new();
        for name in ["birth_date", "household_no", "id_card_issued_on"] {
            let value = if name == "household_no" {
                "F0000009"
            } else {
                "1999-01-01"
            };
            answers.push(world.sign_in(&with(name, value)).await);
        }
        answers.push(world.sign_in(&facts("B123456780")).await);
        for _ in 0..4 {
            world.sign_in(&wrong()).await;
        }
        let asked = world.household.asked.load(Ordering::SeqCst);
        answers.push(world.sign_in(&facts(WANG)).await);
        assert_eq!(
            world.household.asked.load(Ordering::SeqCst),
            asked + 1,
            "the same work is done for a locked person"
        );
        for answer in &answers {
            assert_eq!(answer.error(), (400, "invalid_grant".to_owned()));
            assert_eq!(answer.body, answers[0].body);
            let mut names: Vec<_> = answer.headers.keys().collect();
            names.sort();
            let mut first: Vec<_> = answers[0].headers.keys().collect();
            first.sort();
            assert_eq!(names, first);
        }
    }
}

#[tokio::test]
async fn the_fifth_wrong_try_locks_for_a_day_and_nobody_else() {
    for mut world in World::both().await {
        for _ in 0..5 {
            refused(&world, &wrong()).await;
        }
        refused(&world, &facts(WANG)).await;
        let other = world.household.people.lock().unwrap()[LIN].clone();
        assert_eq!(world.sign_in(&other).await.status, 200);
        // Strangers who go on trying cannot draw the lock out; a restart does not end it.
        world.clock.advance(TimeDelta::hours(23));
        refused(&world, &wrong()).await;
        world.stop().await;
        world.start().await;
        refused(&world, &facts(WANG)).await;
        world.clock.advance(TimeDelta::hours(1));
        world.citizen().await;
    }
}

#[tokio::test]
async fn getting_it_right_forgets_the_wrong_tries() {
    for world in World::both().await {
        for _ in 0..3 {
            for _ in 0..4 {
                refused(&world, &wrong()).await;
            }
            world.citizen().await;
        }
    }
}

#[tokio::test]
async fn guesses_sent_in_parallel_are_counted_like_guesses_in_a_row() {
    for world in World::both().await {
        // All are counted before the first is answered.
        world.household.together.store(12, Ordering::SeqCst);
        let facts = wrong();
        let mut proofs = Vec::new();
        for _ in 0..12 {
            proofs.push(world.proof_by(&world.key).await);
        }
        let form = facts_form(&facts);
        let tries = proofs
            .iter()
            .map(|proof| world.post("/v1/token", &form, Some(proof)));
        for answer in futures_util::future::join_all(tries).await {
            assert_eq!(answer.error(), (400, "invalid_grant".to_owned()));
        }
        refused(&world, &self::facts(WANG)).await;
    }
}

#[tokio::test]
async fn of_parallel_guesses_only_five_can_hit() {
    let world = World::postgres().await;
    world.household.together.store(12, Ordering::SeqCst);
    let facts = facts(WANG);
    let mut proofs = Vec::new();
    for _ in 0..12 {
        proofs.push(world.proof_by(&world.key).await);
    }
    let form = facts_form(&facts);
    let tries = proofs
        .iter()
        .map(|proof| world.post("/v1/token", &form, Some(proof)));
    let answers = futures_util::future::join_all(tries).await;
    let hits = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(hits, 5, "the rest came while five tries were open");
}

#[tokio::test]
async fn a_locked_person_keeps_every_other_way_and_what_they_have() {
    let world = World::sqlite().await;
    let refresh = world.citizen().await.text("refresh_token");
    for _ in 0..6 {
        refused(&world, &wrong()).await;
    }
    assert_eq!(world.refresh(&refresh).await.status, 200);
    assert_eq!(world.program(&world.assertion()).await.status, 200);
}

#[tokio::test]
async fn malformed_facts_name_the_field_and_are_no_tries() {
    let world = World::sqlite().await;
    let cases = [
        ("national_id", "A123456788"),
        ("national_id", "A12345678"),
        ("national_id", ""),
        ("birth_date", "31/01/1970"),
        ("birth_date", "1970-02-30"),
        ("household_no", "F-000001"),
        ("household_no", ""),
        ("id_card_issued_on", "yesterday"),
    ];
    for (name, value) in cases {
        let answer = world.sign_in(&with(name, value)).await;
        assert_eq!(
            answer.error(),
            (400, "invalid_request".to_owned()),
            "{name}={value}"
        );
        let said = answer.text("error_description");
        assert!(said.starts_with(name), "{said}");
        assert!(value.is_empty() || !said.contains(value), "{said}");
        assert!(
            said.bytes()
                .all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e))
        );
    }
    assert_eq!(world.household.asked.load(Ordering::SeqCst), 0);
    world.citizen().await;
}

/// Starts identity again, with so many milliseconds for household.
async fn restart(world: &mut World, timeout_ms: u64) {
    world.settings.household.timeout_ms = timeout_ms;
    world.stop().await;
    world.start().await;
}

#[tokio::test]
async fn without_household_nobody_is_told_anything_and_no_try_is_lost() {
    for mut world in World::both().await {
        let patience = world.settings.household.timeout_ms;
        for status in [500, 503, 403, 404] {
            world.household.status.store(status, Ordering::SeqCst);
            for _ in 0..3 {
                let answer = world.sign_in(&wrong()).await;
                assert_eq!(answer.status, 503);
                assert!(answer.headers.contains_key("retry-after"));
            }
        }
        world.household.status.store(0, Ordering::SeqCst);
        world.household.delay.store(60_000, Ordering::SeqCst);
        restart(&mut world, 2_000).await;
        let begun = Instant::now();
        assert_eq!(world.sign_in(&facts(WANG)).await.status, 503);
        assert!(begun.elapsed() < Duration::from_secs(30));
        world.household.delay.store(0, Ordering::SeqCst);
        restart(&mut world, patience).await;
        for _ in 0..4 {
            refused(&world, &wrong()).await;
        }
        world.citizen().await;
    }
}

#[tokio::test]
async fn the_person_sees_that_somebody_tried() {
    let world = World::sqlite().await;
    refused(&world, &wrong()).await;
    world.citizen().await;
    let page = world.log().await.of_subject(WANG, None, 10).await.unwrap();
    assert_eq!(page.entries.len(), 2);
    for entry in page.entries {
        assert_eq!(entry.caller_kind, "service");
        assert_eq!(
            (entry.service.as_str(), entry.action.as_str()),
            ("household", "check_identity")
        );
        assert_eq!(entry.purpose.as_deref(), Some("identity-verification"));
        assert_eq!(entry.address, "203.0.113.9".parse().ok());
    }
}

#[tokio::test]
async fn an_app_is_named_within_bounds_and_never_as_a_program() {
    let world = World::sqlite().await;
    let facts = facts(WANG);
    let mut form = facts_form(&facts);
    form.push(("client_id", "taipei-household-1"));
    let answer = world.token(&form).await;
    assert_eq!(answer.error(), (401, "invalid_client".to_owned()));
    let challenge = &answer.headers["www-authenticate"];
    assert!(challenge.starts_with("DPoP "), "{challenge}");
    form.pop();
    for name in ["x".repeat(65), "a b".to_owned(), "戶".to_owned()] {
        let mut named = form.clone();
        named.push(("client_id", &name));
        assert_eq!(
            world.token(&named).await.error(),
            (400, "invalid_request".to_owned())
        );
    }
    form.push(("client_id", "my-app.1"));
    let token = world.token(&form).await.text("access_token");
    assert_eq!(world.claims(&token).await.unwrap().client_id, "my-app.1");
}

#[tokio::test]
async fn an_address_that_asks_too_often_waits() {
    let world = World::sqlite_with(|settings| {
        settings["rates"] = serde_json::json!({"address": {"per_second": 1, "burst": 6}});
    })
    .await;
    let mut last = world.post("/v1/token", &[], None).await;
    for _ in 0..6 {
        last = world.post("/v1/token", &[], None).await;
    }
    assert_eq!(last.error(), (429, "temporarily_unavailable".to_owned()));
    let wait: i64 = last.headers["retry-after"].parse().unwrap();
    assert!((1..=2).contains(&wait));
    world.clock.advance(TimeDelta::seconds(10));
    let proof = world.proof_by(&world.key).await;
    let facts = facts(WANG);
    let answer = world
        .post("/v1/token", &facts_form(&facts), Some(&proof))
        .await;
    assert_eq!(answer.status, 200);
    assert!(TOKEN_ENDPOINT.starts_with(crate::world::ISSUER));
}
