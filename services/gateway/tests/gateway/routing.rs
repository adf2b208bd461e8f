//! What is not declared does not exist.

use super::harness::{World, problem};

#[tokio::test(flavor = "multi_thread")]
async fn undeclared_paths_are_not_found() {
    let world = World::start().await;
    for path in [
        "/",
        "/echo",
        "/echo/v1/other",
        "/echo/v1/me/",
        "/echo//v1/me",
        "/echo/v1/%6De",
        "/nosuch/v1/me",
        "/metrics",
        "/echo/readyz",
        "/internal/v1/revocations",
        "/identity/internal/v1/revocations",
        "/echo/v1/me%2F",
        "/docs/nosuch",
        "/openapi/nosuch.json",
    ] {
        let answer = world.get(path).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
        assert_eq!(
            problem(answer).await["type"],
            "urn:lifeboat:problem:not-found"
        );
    }
    assert!(world.echo.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn filing_what_is_no_kind_is_not_found_and_a_number_takes_no_filing() {
    let world = World::start().await;
    let number = "0190a6f2-5b0a-7c00-8000-000000000000";
    for (method, last, status, kind) in [
        ("POST", "no-such-kind", 404, "not-found"),
        ("PUT", "no-such-kind", 404, "not-found"),
        ("POST", "%00", 404, "not-found"),
        ("POST", number, 405, "method-not-allowed"),
        ("DELETE", number, 405, "method-not-allowed"),
    ] {
        let url = format!("{}/echo/v1/filings/{last}", world.url);
        let request = world.http.request(method.parse().unwrap(), url);
        let answer = request.json(&serde_json::json!({})).send().await.unwrap();
        assert_eq!(answer.status(), status, "{method} {last}");
        let expected = format!("urn:lifeboat:problem:{kind}");
        assert_eq!(problem(answer).await["type"], expected, "{method} {last}");
    }
    assert!(world.echo.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn undeclared_methods_are_told_the_declared_ones() {
    let world = World::start().await;
    for (method, path, allow) in [
        ("DELETE", "/echo/v1/me", "GET, HEAD"),
        ("POST", "/echo/v1/me", "GET, HEAD"),
        ("GET", "/echo/v1/filings", "POST"),
        ("TRACE", "/echo/v1/me", "GET, HEAD"),
        ("OPTIONS", "/echo/v1/me", "GET, HEAD"),
        ("BREW", "/echo/v1/me", "GET, HEAD"),
        ("POST", "/livez", "GET, HEAD"),
        ("POST", "/docs", "GET, HEAD"),
    ] {
        let answer = world
            .http
            .request(method.parse().unwrap(), format!("{}{path}", world.url))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 405, "{method} {path}");
        assert_eq!(answer.headers()["allow"], allow);
        assert_eq!(
            problem(answer).await["type"],
            "urn:lifeboat:problem:method-not-allowed"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn head_is_answered_wherever_get_is() {
    let world = World::start().await;
    let citizen = world.citizen();
    let answer = citizen
        .request("HEAD", "/echo/v1/me")
        .await
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["etag"], "\"v1\"");
    assert!(answer.bytes().await.unwrap().is_empty());
    assert_eq!(world.echo.last().method, "GET");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declared_service_that_is_not_restored_says_so() {
    let world = World::start().await;
    let key = world.folder.path().join("gateway.pem");
    let trusted = world.folder.path().join("trusted-services.jwks");
    let settings = serde_json::json!({
        "server": {"listen": "127.0.0.1:0", "workers": 1, "drain_delay_ms": 0},
        "public_url": super::harness::PUBLIC_URL,
        "upstreams": {"identity": world.identity.url()},
        "tokens": {"nonce_key": super::harness::NONCE_KEY},
        "internal": {"key_file": key, "trusted_services_file": trusted},
        "audit": {"database": format!("sqlite://{}", world.folder.path().join("second.sqlite").display())},
    });
    let documents = [
        include_str!("../data/echo.json"),
        include_str!("../data/identity.json"),
    ]
    .map(str::to_owned);
    let parts = gateway::Parts {
        documents: gateway::Documents::of(documents),
        clock: world.clock.clone(),
    };
    let second = gateway::start(serde_json::from_value(settings).unwrap(), parts)
        .await
        .unwrap();
    let answer = world
        .http
        .get(format!("{}/echo/v1/public", second.url()))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()["retry-after"], "60");
    problem(answer).await;
    second.stop().await.unwrap();
}
