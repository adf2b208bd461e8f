//! What is down, and what then happens: never open, always with `Retry-After`.

use std::time::{Duration, Instant};

use serde_json::json;
use test_support::proxy::{Line, Proxy};
use test_support::{ports, postgres};

use super::harness::{World, eventually, problem};

async fn unavailable(answer: reqwest::Response) {
    assert_eq!(answer.status(), 503);
    assert!(answer.headers().contains_key("retry-after"));
    problem(answer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_gone_opens_its_breaker_and_comes_back() {
    let world = World::with(|settings| {
        settings["forwarding"]["breaker_failures"] = json!(3);
        settings["forwarding"]["breaker_pause_ms"] = json!(8_000);
        settings["forwarding"]["readiness_interval_ms"] = json!(60_000);
    })
    .await;
    world.echo.stop().await;
    for _ in 0..5 {
        unavailable(world.get("/echo/v1/public").send().await.unwrap()).await;
    }
    world.echo.start_again();
    unavailable(world.get("/echo/v1/public").send().await.unwrap()).await;
    assert!(
        world.echo.seen().is_empty(),
        "while it is open, nothing is called"
    );
    eventually(async || world.get("/echo/v1/public").send().await.unwrap().status() == 200).await;
    assert_eq!(
        world.get("/echo/v1/public").send().await.unwrap().status(),
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_slow_is_not_waited_for() {
    let forwarding = json!({"timeout_ms": 300, "readiness_interval_ms": 60_000});
    let world = World::with(|settings| settings["forwarding"] = forwarding).await;
    let begun = Instant::now();
    unavailable(
        world
            .get("/echo/v1/public?sleep=60000")
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_restarts_between_two_requests_is_not_noticed() {
    let world = World::start().await;
    for _ in 0..3 {
        assert_eq!(
            world.get("/echo/v1/public").send().await.unwrap().status(),
            200
        );
        world.echo.stop().await;
        world.echo.start_again();
    }
    assert_eq!(
        world.get("/echo/v1/public").send().await.unwrap().status(),
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_too_large_is_not_passed_on() {
    let world =
        World::with(|settings| settings["forwarding"]["answer_bytes"] = json!(10_000)).await;
    unavailable(
        world
            .get("/echo/v1/public?size=20000")
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(
        world
            .get("/echo/v1/public?size=9000")
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_current_revocations_no_token_is_taken() {
    let world =
        World::with(|settings| settings["tokens"]["revocations_max_age_ms"] = json!(1_000)).await;
    let citizen = world.citizen();
    eventually(async || citizen.get("/echo/v1/me").await.status() == 200).await;
    world.identity.stop().await;
    tokio::time::sleep(Duration::from_millis(1_300)).await;
    unavailable(citizen.get("/echo/v1/me").await).await;
    assert_eq!(
        world.get("/echo/v1/public").send().await.unwrap().status(),
        200,
        "what needs no token goes on"
    );
    unavailable(
        world
            .post("/identity/v1/token")
            .form(&[("a", "b")])
            .send()
            .await
            .unwrap(),
    )
    .await;
    world.identity.start_again();
    eventually(async || citizen.get("/echo/v1/me").await.status() == 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_every_call_that_needs_it_is_refused() {
    let mut redis = test_support::redis::Server::start();
    let url = format!("redis://127.0.0.1:{}", redis.port());
    let world =
        World::with(|settings| settings["counters"] = json!({"in": "redis", "url": url})).await;
    let citizen = world.citizen();
    assert_eq!(citizen.get("/echo/v1/me").await.status(), 200);
    redis.kill();
    unavailable(citizen.get("/echo/v1/me").await).await;
    assert_eq!(world.get("/livez").send().await.unwrap().status(), 200);
    redis.start_again();
    eventually(async || citizen.get("/echo/v1/me").await.status() == 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_falls_before_the_listener_closes() {
    let world = World::with(|settings| {
        settings["server"]["drain_delay_ms"] = json!(8_000);
        settings["server"]["stop_timeout_s"] = json!(15);
        settings["limits"] = json!({"request_timeout_ms": 60_000});
    })
    .await;
    let (http, url) = (world.http.clone(), world.url.clone());
    eventually(async || {
        http.get(format!("{url}/readyz"))
            .send()
            .await
            .unwrap()
            .status()
            == 200
    })
    .await;
    // On its way until after the listener has closed.
    let slow = tokio::spawn(http.get(format!("{url}/echo/v1/public?sleep=12000")).send());
    eventually(async || !world.echo.seen().is_empty()).await;
    let World { gateway, echo, .. } = world;
    let stopping = tokio::spawn(gateway.stop());
    eventually(async || {
        let ready = http.get(format!("{url}/readyz")).send().await.unwrap();
        let status = ready.status();
        let body: serde_json::Value = ready.json().await.unwrap();
        status == 503 && body["state"] == "draining"
    })
    .await;
    assert_eq!(
        http.get(format!("{url}/echo/v1/public"))
            .send()
            .await
            .unwrap()
            .status(),
        200,
        "still served"
    );
    assert_eq!(
        slow.await.unwrap().unwrap().status(),
        200,
        "what was on its way is answered"
    );
    stopping.await.unwrap().unwrap();
    assert!(http.get(format!("{url}/livez")).send().await.is_err());
    drop(echo);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_log_that_comes_later_is_opened_when_it_does() {
    let database = postgres::database().await;
    let server = reqwest::Url::parse(&database.url).unwrap();
    let line = Proxy::start(format!("127.0.0.1:{}", server.port().unwrap())).await;
    line.set(Line::Refuse);
    let url = line.in_front_of(&database.url);
    let address = format!("127.0.0.1:{}", ports::free());
    let listen = address.clone();
    let starting = World::with(move |settings| {
        settings["server"]["listen"] = json!(listen);
        settings["audit"]["database"] = json!(url);
    });
    let ready = async || {
        let answer = reqwest::get(format!("http://{address}/readyz"))
            .await
            .ok()?;
        let status = answer.status().as_u16();
        let body: serde_json::Value = answer.json().await.ok()?;
        Some((status, body["state"].as_str()?.to_owned()))
    };
    let watching = async {
        eventually(async || ready().await == Some((503, "starting".to_owned()))).await;
        line.set(Line::Pass);
        eventually(async || ready().await == Some((200, "ready".to_owned()))).await;
    };
    // It has started once a lookup is answered, which must be on record.
    let (world, ()) = tokio::join!(starting, watching);
    assert_eq!(world.citizen().get("/echo/v1/me").await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_had_waited_too_long_for_a_request_is_asked_again() {
    let world = World::start().await;
    world
        .get("/echo/v1/public?status=408")
        .send()
        .await
        .unwrap();
    assert_eq!(world.echo.seen().len(), 2);
}
