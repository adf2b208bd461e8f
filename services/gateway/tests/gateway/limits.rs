//! Bounds: sizes, types, rates, load.

use std::time::Instant;

use serde_json::json;

use super::harness::{World, problem};

async fn file(world: &World, content_type: &str, body: reqwest::Body) -> reqwest::Response {
    let officer = world.officer();
    let request = officer.request("POST", "/echo/v1/filings").await;
    let request = request
        .header("Lookup-Purpose", "disaster-relief")
        .header("Case-Number", "1");
    request
        .header("content-type", content_type)
        .body(body)
        .send()
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_has_a_declared_type_and_a_bounded_size() {
    let world = World::with(|settings| settings["limits"] = json!({"body_bytes": 1000})).await;
    for kind in ["text/plain", "application/xml", "", "application/jsonx"] {
        let answer = file(&world, kind, "{}".into()).await;
        assert_eq!(answer.status(), 415, "{kind}");
        problem(answer).await;
    }
    let answer = file(&world, "application/json", "x".repeat(1001).into()).await;
    assert_eq!(answer.status(), 413);
    assert_eq!(
        problem(answer).await["type"],
        "urn:lifeboat:problem:too-large"
    );
    assert_eq!(
        file(&world, "application/json", "x".repeat(1000).into())
            .await
            .status(),
        200
    );
    let unasked = world
        .get("/echo/v1/public")
        .header("content-type", "application/json")
        .body("{}")
        .send()
        .await
        .unwrap();
    assert_eq!(unasked.status(), 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_bodies_together_are_bounded() {
    let world = World::with(|settings| settings["limits"] = json!({"all_bodies_bytes": 500})).await;
    let answer = file(&world, "application/json", "x".repeat(501).into()).await;
    assert_eq!(answer.status(), 503);
    assert!(answer.headers().contains_key("retry-after"));
    assert_eq!(
        file(&world, "application/json", "x".repeat(500).into())
            .await
            .status(),
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn long_targets_and_large_heads_are_told_apart() {
    let world = World::start().await;
    let long = world
        .get(&format!("/echo/v1/public?a={}", "b".repeat(5000)))
        .send()
        .await
        .unwrap();
    assert_eq!(long.status(), 414);
    assert_eq!(
        problem(long).await["type"],
        "urn:lifeboat:problem:uri-too-long"
    );
    let large = world
        .get("/echo/v1/public")
        .header("x-a", "b".repeat(20_000))
        .send()
        .await
        .unwrap();
    assert_eq!(large.status(), 431);
    assert_eq!(
        problem(large).await["type"],
        "urn:lifeboat:problem:headers-too-large"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_has_a_rate_of_their_own() {
    let rate = json!({"person": {"per_second": 1, "burst": 3}});
    let world = World::with(|settings| settings["rates"] = rate).await;
    let busy = super::harness::Person::new(&world, |claims| claims.sub = "D123456789".to_owned());
    let other = super::harness::Person::new(&world, |claims| claims.sub = "E123456789".to_owned());
    let begun = Instant::now();
    let (mut allowed, mut refused) = (0, None);
    while refused.is_none() && allowed < 100 {
        let answer = busy.get("/echo/v1/me").await;
        if answer.status() == 429 {
            refused = Some(answer);
        } else {
            assert_eq!(answer.status(), 200);
            allowed += 1;
        }
    }
    let refused = refused.expect("a hundred at once are more than three");
    let most = 4 + begun.elapsed().as_secs();
    assert!(allowed <= most, "{allowed} of {most}");
    let wait: u64 = refused.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=3).contains(&wait));
    problem(refused).await;
    assert_eq!(
        other.get("/echo/v1/me").await.status(),
        200,
        "others behind the same address go on"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_bounded_without_locking_out_those_with_good_tokens() {
    let rate = json!({"address": {"per_second": 1, "burst": 5}});
    let world = World::with(|settings| settings["rates"] = rate).await;
    let (mut statuses, mut public) = (Vec::new(), 0);
    // When the machine stalls in between, one more is let in. Five would be let in if they were counted by themselves.
    for _ in 0..5 {
        for _ in 0..100 {
            let bad = world
                .get("/echo/v1/me")
                .header("authorization", "Bearer x")
                .send()
                .await
                .unwrap();
            statuses.push(bad.status().as_u16());
            if bad.status() == 429 {
                break;
            }
        }
        let answer = world.get("/echo/v1/public").send().await.unwrap();
        public = answer.status().as_u16();
        if public == 429 {
            break;
        }
    }
    assert!(
        statuses.contains(&401) && statuses.contains(&429),
        "{statuses:?}"
    );
    assert_eq!(public, 429);
    assert_eq!(world.citizen().get("/echo/v1/me").await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_together_are_bounded() {
    let rate = json!({"all": {"per_second": 1, "burst": 30}});
    let world = World::with(|settings| settings["rates"] = rate).await;
    let answers = (0..60).map(|_| world.get("/echo/v1/public").send());
    let answers = futures_util::future::join_all(answers).await;
    let refused = answers
        .into_iter()
        .map(|answer| answer.unwrap())
        .find(|answer| answer.status() == 429);
    assert!(refused.unwrap().headers().contains_key("retry-after"));
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_can_be_worked_on_is_shed_at_once() {
    let limits = json!({"requests": 4, "request_timeout_ms": 60_000});
    let world = World::with(|settings| settings["limits"] = limits).await;
    let answers = (0..12).map(|_| async {
        let asked = world.get("/echo/v1/public?sleep=8000").send();
        (asked.await.unwrap(), Instant::now())
    });
    let answers = futures_util::future::join_all(answers).await;
    let (served, shed): (Vec<_>, Vec<_>) = answers
        .into_iter()
        .partition(|(answer, _)| answer.status() == 200);
    assert_eq!(served.len(), 4);
    let first_served = served.iter().map(|(_, at)| *at).min().unwrap();
    for (shed, at) in shed {
        assert!(at < first_served, "nobody waits for a place");
        assert_eq!(shed.status(), 503);
        assert!(shed.headers().contains_key("retry-after"));
        problem(shed).await;
    }
}
