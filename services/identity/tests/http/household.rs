//! Household as identity knows it: it takes nothing without a token minted for that very request.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use access::caller::CallerKind;
use access::internal::{InternalRequest, InternalVerifier, ServiceKeys, TrustedServices};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use runtime::clock::SharedClock;
use serde_json::{Value, json};

/// The four facts, by name.
pub(crate) type Facts = HashMap<String, String>;

/// A household whose register the test fills.
#[derive(Clone)]
pub(crate) struct Household {
    pub(crate) address: SocketAddr,
    pub(crate) people: Arc<Mutex<HashMap<String, Facts>>>,
    /// Answers every check with this status instead, unless 0.
    pub(crate) status: Arc<AtomicU32>,
    /// Milliseconds before every answer.
    pub(crate) delay: Arc<AtomicU64>,
    /// Checks asked for.
    pub(crate) asked: Arc<AtomicU32>,
    /// No check is answered before so many are asked for.
    pub(crate) together: Arc<AtomicU32>,
}

impl Household {
    /// Starts one with its own `keys`.
    pub(crate) fn start(keys: &ServiceKeys, trusted: &TrustedServices, clock: SharedClock) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let household = Self {
            address: listener.local_addr().unwrap(),
            people: Arc::default(),
            status: Arc::default(),
            delay: Arc::default(),
            asked: Arc::default(),
            together: Arc::default(),
        };
        let verifier = InternalVerifier::new("household", keys, trusted, clock).unwrap();
        let verifier = Arc::new(verifier);
        let shared = household.clone();
        let server = HttpServer::new(move || {
            App::new()
                .app_data(web::Data::new(shared.clone()))
                .app_data(web::Data::from(verifier.clone()))
                .route("/v1/identity-checks", web::post().to(check))
        })
        .workers(1)
        .disable_signals()
        .listen(listener)
        .unwrap()
        .run();
        tokio::spawn(server);
        household
    }
}

async fn check(
    request: HttpRequest,
    household: web::Data<Household>,
    verifier: web::Data<InternalVerifier>,
    body: web::Bytes,
) -> HttpResponse {
    let target = InternalRequest {
        audience: "household",
        method: "POST",
        path_and_query: "/v1/identity-checks",
        body: &body,
    };
    let token = request.headers().get("authorization").unwrap();
    let token = token.to_str().unwrap().strip_prefix("Lifeboat ").unwrap();
    let caller = verifier.verify(token, &target).unwrap();
    assert_eq!(
        (caller.kind, caller.subject.as_str()),
        (CallerKind::Service, "identity")
    );
    assert!(request.headers().contains_key("x-request-id"));
    household.asked.fetch_add(1, Ordering::SeqCst);
    for _ in 0..2_000 {
        if household.asked.load(Ordering::SeqCst) >= household.together.load(Ordering::SeqCst) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let delay = household.delay.load(Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(delay)).await;
    let status = household.status.load(Ordering::SeqCst);
    if status != 0 {
        let status = u16::try_from(status).unwrap();
        return HttpResponse::build(status.try_into().unwrap()).finish();
    }
    let claimed: Facts = serde_json::from_slice(&body).unwrap();
    let person = claimed["national_id"].clone();
    let known = household.people.lock().unwrap().get(&person).cloned();
    let mut matches = serde_json::Map::new();
    for (name, value) in claimed {
        if name != "national_id" {
            let same = known.as_ref().is_some_and(|facts| facts[&name] == value);
            matches.insert(name, same.into());
        }
    }
    let all_match = matches.values().all(|fact| *fact == Value::Bool(true));
    HttpResponse::Ok()
        .json(json!({"data": {"matches": matches, "all_match": all_match}, "snapshot": {}}))
}
