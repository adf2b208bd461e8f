//! Readiness tells "no snapshot yet" from "database gone".

use std::time::Duration;

use crate::site::{FATHER, Site, citizen, fill};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use test_support::proxy::{Line, Proxy};

async fn state(site: &Site) -> (StatusCode, String) {
    let answer = site
        .send(Method::GET, "/readyz", None, Vec::new(), &[])
        .await;
    let status = answer.status();
    let body: Value = answer.json().await.unwrap();
    (status, body["state"].as_str().unwrap().to_owned())
}

pub(crate) async fn becomes(site: &Site, wanted: &str) {
    for _ in 0..200 {
        if state(site).await.1 == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never became {wanted}: {:?}", state(site).await);
}

async fn answers_once_loaded(database: &str) {
    let site = Site::empty(household::CAPABILITY, database).await;
    assert_eq!(
        state(&site).await,
        (StatusCode::SERVICE_UNAVAILABLE, "no-snapshot".to_owned())
    );
    let refused = site.get(&citizen(FATHER), "/v1/me").await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.headers().contains_key("retry-after"));
    fill(database).await;
    becomes(&site, "ready").await;
    assert_eq!(
        site.get(&citizen(FATHER), "/v1/me").await.status(),
        StatusCode::OK
    );
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_capability_answers_once_a_snapshot_is_loaded_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    answers_once_loaded(&format!("sqlite://{}", folder.path().display())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_capability_answers_once_a_snapshot_is_loaded_postgres() {
    let database = test_support::postgres::database().await;
    answers_once_loaded(&database.url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_goes_away_is_told_apart_and_comes_back() {
    let database = test_support::postgres::database().await;
    fill(&database.url).await;
    let server = reqwest::Url::parse(&database.url).unwrap();
    let upstream = format!("{}:{}", server.host_str().unwrap(), server.port().unwrap());
    let proxy = Proxy::start(upstream).await;
    let site = Site::empty(household::CAPABILITY, &proxy.in_front_of(&database.url)).await;
    becomes(&site, "ready").await;
    proxy.set(Line::Refuse);
    becomes(&site, "database-gone").await;
    let refused = site.get(&citizen(FATHER), "/v1/me").await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.headers().contains_key("retry-after"));
    let problem: Value = refused.json().await.unwrap();
    assert_eq!(problem["type"], "urn:lifeboat:problem:unavailable");
    proxy.set(Line::Pass);
    becomes(&site, "ready").await;
    assert_eq!(
        site.get(&citizen(FATHER), "/v1/me").await.status(),
        StatusCode::OK
    );
    site.stop().await;
}
