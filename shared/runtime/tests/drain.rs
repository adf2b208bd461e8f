//! Readiness falls before the listener closes, and nobody who was let in is sent away.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::{App, HttpResponse, web};
use reqwest::StatusCode;
use runtime::lifecycle::Drain;
use runtime::server::{self, Settings};
use runtime::{admin, metrics};

/// How long the door stays open: longer than a busy machine stands still, so that it is still open when it is looked at.
const OPEN_MS: u64 = 7_000;

/// How long the slow answer takes: longer than the door stays open.
const SLOW: Duration = Duration::from_secs(8);

async fn slow() -> HttpResponse {
    tokio::time::sleep(SLOW).await;
    HttpResponse::Ok().body("done")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drain_answers_everybody_who_came_before_the_door_closed() {
    metrics::install().unwrap();
    let settings = Settings {
        workers: 1,
        drain_delay_ms: OPEN_MS,
        ..Settings::default()
    };
    let drain = Drain::default();
    let socket = server::bind(&settings).unwrap();
    let running = server::serve(&settings, socket, None, drain.clone(), || {
        App::new()
            .route("/slow", web::get().to(slow))
            .route("/", web::get().to(HttpResponse::Ok))
    })
    .unwrap();
    let admin_settings = admin::Settings {
        listen: ([127, 0, 0, 1], 0).into(),
    };
    let admin = admin::serve(&admin_settings, drain, Arc::new(|| true)).unwrap();
    let (url, readyz) = (running.url(), format!("{}/readyz", admin.url()));
    let status = async |url: &str| reqwest::get(url).await.map(|answer| answer.status());
    assert_eq!(status(&readyz).await.unwrap(), StatusCode::OK);

    let late = tokio::spawn(reqwest::get(format!("{url}/slow")));
    let stopping = tokio::spawn(running.stop());
    let deadline = Instant::now() + SLOW;
    while status(&readyz).await.unwrap() != StatusCode::SERVICE_UNAVAILABLE {
        assert!(Instant::now() < deadline, "readiness does not fall");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(
        status(&url).await.unwrap(),
        StatusCode::OK,
        "the listener is still open"
    );

    assert_eq!(late.await.unwrap().unwrap().status(), StatusCode::OK);
    stopping.await.unwrap().unwrap();
    assert!(status(&url).await.is_err(), "the listener is closed");
    admin.stop().await.unwrap();
}
