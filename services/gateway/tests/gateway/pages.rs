//! Pages, documents and probes.

use super::harness::{World, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn documents_and_pages_are_served_without_anything_from_elsewhere() {
    let world = World::start().await;
    let document = world.get("/openapi/echo.json").send().await.unwrap();
    assert_eq!(document.headers()["content-type"], "application/json");
    let tag = document.headers()["etag"].clone();
    let body: serde_json::Value = document.json().await.unwrap();
    assert_eq!(body["x-lifeboat"]["service"], "echo");
    let again = world
        .get("/openapi/echo.json")
        .header("if-none-match", tag)
        .send()
        .await
        .unwrap();
    assert_eq!(again.status(), 304);

    for (path, shown) in [
        ("/docs", "測試系統"),
        ("/docs/echo", "查詢個人"),
        ("/docs/problems", "urn:lifeboat:problem:forbidden"),
    ] {
        let page = world.get(path).send().await.unwrap();
        assert_eq!(page.status(), 200, "{path}");
        let policy = page.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(
            policy.starts_with("default-src 'none'; style-src 'self'"),
            "{policy}"
        );
        let html = page.text().await.unwrap();
        assert!(html.contains(shown), "{path}");
        assert!(
            html.contains("lang=\"zh-Hant-TW\"") && html.contains("<h1>") && html.contains("<main"),
            "{path}"
        );
        assert!(
            !html.contains("http://") && !html.contains("https://") && !html.contains("<script"),
            "{path}"
        );
    }
    assert_eq!(
        world.get("/docs/style.css").send().await.unwrap().status(),
        200
    );
    let slash = world.get("/docs/").send().await.unwrap();
    assert_eq!(slash.status(), 308);
    assert_eq!(slash.headers()["location"], "/docs");
    assert_eq!(world.get("/docs/x/").send().await.unwrap().status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_tells_each_service_and_the_age_of_its_data() {
    let world = World::start().await;
    assert_eq!(world.get("/livez").send().await.unwrap().status(), 200);
    eventually(async || world.get("/readyz").send().await.unwrap().status() == 200).await;
    let body: serde_json::Value = world
        .get("/readyz")
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(body["state"], "ready");
    let echo = body["capabilities"]
        .as_array()
        .unwrap()
        .iter()
        .find(|said| said["service"] == "echo")
        .unwrap();
    assert_eq!(
        (echo["state"].as_str(), echo["age_seconds"].as_i64()),
        (Some("ready"), Some(60))
    );
    assert_eq!(echo["snapshot"]["taken_at"], "2026-11-01T00:00:00Z");
    world.echo.stop().await;
    eventually(async || {
        let body: serde_json::Value = world
            .get("/readyz")
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        body["capabilities"]
            .as_array()
            .unwrap()
            .iter()
            .any(|said| said["service"] == "echo" && said["state"] == "unreachable")
    })
    .await;
    assert_eq!(
        world.get("/readyz").send().await.unwrap().status(),
        200,
        "the others go on"
    );
}
