//! What reaches a service, and what comes back.

use super::harness::{World, problem};

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_a_client_says_of_itself_reaches_a_service() {
    let world = World::start().await;
    let citizen = world.citizen();
    let mut request = citizen.request("GET", "/echo/v1/me?a=b").await;
    for (name, value) in [
        ("x-forwarded-for", "203.0.113.9"),
        ("forwarded", "for=203.0.113.9"),
        ("x-real-ip", "203.0.113.9"),
        ("x-user", "admin"),
        ("lifeboat-caller", "admin"),
        ("lifeboat-subjects", "B223456788"),
        ("x-request-id", "00000000-0000-0000-0000-000000000001"),
        ("cookie", "a=b"),
        ("te", "trailers"),
        ("x-http-method-override", "DELETE"),
        ("accept", "application/json"),
        ("accept-language", "zh-TW"),
        ("idempotency-key", "k1"),
    ] {
        request = request.header(name, value);
    }
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let id = answer.headers()["x-request-id"]
        .to_str()
        .unwrap()
        .to_owned();
    let seen = world.echo.last();
    assert_eq!(seen.target, "/v1/me?a=b");
    let mut names: Vec<&str> = seen.headers.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "accept",
            "accept-language",
            "authorization",
            "host",
            "idempotency-key",
            "x-request-id"
        ]
    );
    assert_eq!(seen.header("x-request-id"), Some(id.as_str()));
    assert_ne!(id, "00000000-0000-0000-0000-000000000001");
    assert!(
        !seen
            .header("authorization")
            .unwrap()
            .contains(&citizen.token)
    );
    assert_eq!(
        seen.caller.address,
        "127.0.0.1".parse().ok(),
        "no proxy is trusted"
    );
    assert!(world.echo.refused().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_comes_from_a_trusted_proxy_only() {
    let world =
        World::with(|settings| settings["trusted_proxies"] = serde_json::json!(["127.0.0.0/8"]))
            .await;
    world
        .get("/echo/v1/public")
        .header("x-forwarded-for", "192.0.2.66, 203.0.113.9")
        .send()
        .await
        .unwrap();
    assert_eq!(world.echo.last().caller.address, "203.0.113.9".parse().ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_keep_what_is_theirs_and_lose_what_was_for_the_gateway() {
    let world = World::start().await;
    let citizen = world.citizen();
    let answer = citizen.get("/echo/v1/me").await;
    let headers = answer.headers();
    assert_eq!(headers["etag"], "\"v1\"");
    assert_eq!(headers["cache-control"], "private, no-store");
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(
        headers["content-security-policy"],
        "default-src 'none'; frame-ancestors 'none'"
    );
    assert_eq!(
        headers["strict-transport-security"],
        "max-age=63072000; includeSubDomains"
    );
    for gone in [
        "lifeboat-subjects",
        "lifeboat-internal-node",
        "set-cookie",
        "server",
    ] {
        assert!(!headers.contains_key(gone), "{gone}");
    }
    let body: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(body["data"]["name"], "王小明");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_record_is_not_sent_again() {
    let world = World::start().await;
    let citizen = world.citizen();
    let request = citizen
        .request("GET", "/echo/v1/me")
        .await
        .header("if-none-match", "\"v1\"");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 304);
    assert_eq!(answer.headers()["etag"], "\"v1\"");
    assert!(answer.bytes().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_passed_on_whole_and_bound_to_the_token() {
    let world = World::start().await;
    let officer = world.officer();
    let body = serde_json::json!({"text": "王".repeat(20_000)}).to_string();
    let request = officer.request("POST", "/echo/v1/filings").await;
    let request = request
        .header("Lookup-Purpose", "disaster-relief")
        .header("Case-Number", "1")
        .header("content-type", "application/json; charset=utf-8");
    let answer = request.body(body.clone()).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(world.echo.last().body, body);
    assert_eq!(world.echo.last().method, "POST");
    assert!(world.echo.refused().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_reaches_identity_with_its_proof_and_no_token() {
    let world = World::start().await;
    let request = world
        .post("/identity/v1/token")
        .header("dpop", "a-proof")
        .form(&[("grant_type", "x")]);
    assert_eq!(request.send().await.unwrap().status(), 200);
    let seen = world.identity.last();
    assert_eq!(
        (seen.target.as_str(), seen.body.as_str()),
        ("/v1/token", "grant_type=x")
    );
    assert_eq!(seen.header("dpop"), Some("a-proof"));
    assert_eq!(seen.caller.kind, access::caller::CallerKind::Anonymous);
    world
        .get("/echo/v1/public")
        .header("dpop", "a-proof")
        .send()
        .await
        .unwrap();
    assert_eq!(world.echo.last().header("dpop"), None, "to identity only");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keys_are_public() {
    let world = World::start().await;
    let answer = world.get("/.well-known/jwks.json").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let body: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(body["keys"][0]["kid"], world.keys.kid());
    assert_eq!(
        world
            .get("/.well-known/oauth-authorization-server")
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
    assert_eq!(
        world
            .get("/.well-known/other")
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_services_fault_tells_nothing_of_its_inside() {
    let world = World::start().await;
    world.echo.break_down();
    let answer = world.get("/echo/v1/public").send().await.unwrap();
    assert_eq!(answer.status(), 500);
    assert_eq!(
        problem(answer).await["type"],
        "urn:lifeboat:problem:internal"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_tokens_are_given_out_clients_are_told_in_oauths_words_to_come_back() {
    let world = World::start().await;
    let ask = async |status: u16| {
        let url = format!("{}/identity/v1/token?status={status}", world.url);
        let form = "application/x-www-form-urlencoded";
        let request = world.http.post(url).header("content-type", form);
        request.body("grant_type=x").send().await.unwrap()
    };
    let answer = ask(503).await;
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert!(answer.text().await.unwrap().starts_with("{\"data\""));
    // Any other fault may tell of the inside, and another service speaks of problems.
    problem(ask(500).await).await;
    let other = world.get("/echo/v1/public?status=503").send().await;
    problem(other.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_in_a_coding_is_refused_and_one_as_it_is_is_not() {
    let world = World::start().await;
    let officer = world.officer();
    for (coding, status) in [("gzip", 415), ("br", 415), ("identity", 200)] {
        let request = officer.request("POST", "/echo/v1/filings").await;
        let request = request
            .header("Lookup-Purpose", "disaster-relief")
            .header("Case-Number", "1")
            .header("content-type", "application/json")
            .header("content-encoding", coding)
            .body("{}");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status, "{coding}");
        if status == 415 {
            assert_eq!(answer.headers()["accept-encoding"], "identity");
            problem(answer).await;
        }
    }
}
