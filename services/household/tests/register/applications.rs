//! Where applications are taken: with the journal's database there, away, and back; and what is no application.

use std::time::Duration;

use crate::health::becomes;
use crate::site::{FATHER, MOTHER, Site, citizen, fill, loaded};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use test_support::proxy::{Line, Proxy};

/// An application that passes its rules.
fn transcript() -> Value {
    json!({"household_no": "F0000001", "scope": "person", "copies": 1, "contact_phone": "0912345678"})
}

/// The state of the citizen's newest application.
async fn newest(site: &Site) -> Option<String> {
    let list = site.data(&citizen(FATHER), "/v1/applications").await;
    list["data"][0]["state"].as_str().map(str::to_owned)
}

/// Waits until the newest application counts as forwarded.
async fn forwarded(site: &Site) {
    for _ in 0..400 {
        if newest(site).await.as_deref() == Some("forwarded") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never forwarded: {:?}", newest(site).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_that_is_away_at_the_start_keeps_nobody_from_looking_up_and_heals_by_itself() {
    let records = tempfile::tempdir().unwrap();
    let records = format!("sqlite://{}", records.path().display());
    fill(&records).await;
    let journal = test_support::postgres::database().await;
    let server = reqwest::Url::parse(&journal.url).unwrap();
    let upstream = format!("{}:{}", server.host_str().unwrap(), server.port().unwrap());
    let proxy = Proxy::start(upstream).await;
    proxy.set(Line::Refuse);
    let url = proxy.in_front_of(&journal.url);
    let site = Site::with_journal(household::CAPABILITY, &records, &url).await;

    becomes(&site, "journal-gone").await;
    let caller = citizen(FATHER);
    assert_eq!(
        site.get(&caller, "/v1/me").await.status(),
        StatusCode::OK,
        "lookups do not need the journal"
    );
    let (status, problem) = site
        .file(&caller, "household-transcript", &transcript())
        .await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(problem["type"], "urn:lifeboat:problem:unavailable");
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("Idempotency-Key")
    );
    for path in ["/v1/applications", "/v1/receipt-keys"] {
        let refused = site.get(&caller, path).await;
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!(refused.headers()["retry-after"], "2", "{path}");
    }
    let ready = site
        .send(Method::GET, "/readyz", None, Vec::new(), &[])
        .await;
    assert_eq!(ready.status(), StatusCode::OK, "it goes on being asked");

    proxy.set(Line::Pass);
    becomes(&site, "ready").await;
    let (status, filed) = site
        .file(&caller, "household-transcript", &transcript())
        .await;
    assert_eq!(status, StatusCode::ACCEPTED, "{filed}");
    forwarded(&site).await;

    // Away later, it is told as well.
    proxy.set(Line::Refuse);
    becomes(&site, "journal-gone").await;
    proxy.set(Line::Pass);
    becomes(&site, "ready").await;
    site.stop().await;
}

crate::site::on_both!(what_is_filed_is_forwarded_within_the_process, site => {
    let (status, filed) = site.file(&citizen(FATHER), "household-transcript", &transcript()).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{filed}");
    assert_eq!(filed["data"]["state"], "received");
    forwarded(&site).await;
    let one = format!("/v1/applications/{}", filed["data"]["id"].as_str().unwrap());
    let record = site.data(&citizen(FATHER), &one).await;
    let steps: Vec<&str> = record["data"]["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["state"].as_str().unwrap())
        .collect();
    assert_eq!(steps, ["received", "forwarded"]);
    site.stop().await;
});

crate::site::on_both!(a_key_that_somebody_else_used_is_free, site => {
    let path = "/v1/applications/household-transcript";
    let body = transcript().to_string();
    let headers = [("content-type", "application/json"), ("idempotency-key", "bb-shared")];
    let mut numbers = Vec::new();
    for person in [FATHER, MOTHER, FATHER] {
        let token = site.mint("gateway", &citizen(person), "POST", path, body.as_bytes());
        let answer = site.send(Method::POST, path, Some(token), body.clone().into_bytes(), &headers).await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED, "{person}");
        let filed: Value = answer.json().await.unwrap();
        numbers.push(filed["data"]["id"].clone());
    }
    assert_ne!(numbers[0], numbers[1]);
    assert_eq!(numbers[0], numbers[2]);
    site.stop().await;
});

crate::site::on_both!(a_form_that_cannot_be_filed_is_told_by_field_and_without_our_types, site => {
    let report = |lost_at: &str| json!({"lost_on": "2026-11-20", "lost_at": lost_at, "contact_phone": "0912345678"});
    for (form, field, detail) in [
        (report("\0"), "lost_at", "must have no control characters"),
        (report("車站\u{1}"), "lost_at", "must have no control characters"),
        (Value::Null, "body", "expected an object"),
        (json!({"lost_on": 5}), "lost_on", "expected a date such as 2026-11-20"),
        (json!({"lost_on": "2026-11-20"}), "lost_at", "missing field `lost_at`"),
    ] {
        let (status, problem) = site.file(&citizen(FATHER), "id-loss-report", &form).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{form}: {problem}");
        assert_eq!(problem["errors"][0], json!({"field": field, "detail": detail}), "{form}");
    }
    // More than one line is fine.
    let (status, filed) = site.file(&citizen(FATHER), "id-loss-report", &report("車站\n月台")).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{filed}");
    site.stop().await;
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_number_of_an_application_is_said_so_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let site = loaded(&format!("sqlite://{}", folder.path().display())).await;
    for path in [
        "/v1/applications/id-loss-reports",
        "/v1/applications/0190a6f2-5b0a-7c00-8000-00000000000g",
        "/v1/applications/7/receipt.png",
    ] {
        let answer = site.get(&citizen(FATHER), path).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{path}");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["type"], "urn:lifeboat:problem:malformed", "{path}");
        assert_eq!(problem["errors"][0]["field"], "id", "{path}");
    }
    let (status, problem) = site
        .file(&citizen(FATHER), "no-such-kind", &transcript())
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(problem["type"], "urn:lifeboat:problem:not-found");
    let unknown = "/v1/applications/0190a6f2-5b0a-7c00-8000-000000000000";
    let answer = site.get(&citizen(FATHER), unknown).await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    site.stop().await;
}
