//! A service behind the gateway that believes nothing but the internal token.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use access::caller::Caller;
use access::internal::{InternalRequest, InternalVerifier, ServiceKeys, TrustedServices};
use actix_web::{App, HttpRequest, HttpResponse, web};
use runtime::clock::SharedClock;
use runtime::lifecycle::Drain;
use runtime::server::{self, Running};
use serde_json::json;
use tls::Acceptor;

/// A request as it arrived, after its internal token was verified.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    pub(crate) caller: Caller,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// A running service.
pub(crate) struct Service {
    state: Arc<State>,
    running: Mutex<Option<Running>>,
    tls: Option<Acceptor>,
    url: String,
}

struct State {
    name: &'static str,
    verifier: InternalVerifier,
    seen: Mutex<Vec<Seen>>,
    refused: Mutex<Vec<String>>,
    keys: Mutex<String>,
    revocations: Mutex<Vec<serde_json::Value>>,
    broken: AtomicBool,
    key_reads: Mutex<u32>,
}

impl Service {
    pub(crate) fn start(
        name: &'static str,
        keys: &ServiceKeys,
        trusted: &TrustedServices,
        tls: Option<Acceptor>,
        clock: SharedClock,
    ) -> Self {
        let state = Arc::new(State {
            name,
            verifier: InternalVerifier::new(name, keys, trusted, clock).unwrap(),
            seen: Mutex::default(),
            refused: Mutex::default(),
            keys: Mutex::default(),
            revocations: Mutex::default(),
            broken: AtomicBool::new(false),
            key_reads: Mutex::default(),
        });
        let service = Self {
            url: String::new(),
            state,
            running: Mutex::default(),
            tls,
        };
        let running = service.listen("127.0.0.1:0");
        Self {
            url: running.url(),
            running: Mutex::new(Some(running)),
            ..service
        }
    }

    fn listen(&self, address: &str) -> Running {
        let settings = server::Settings {
            listen: address.parse().unwrap(),
            workers: 2,
            drain_delay_ms: 0,
            stop_timeout_s: 1,
            ..server::Settings::default()
        };
        let socket = server::bind(&settings).unwrap();
        let state = web::Data::from(self.state.clone());
        let tls = self.tls.clone();
        server::serve(&settings, socket, tls, Drain::default(), move || {
            App::new()
                .app_data(state.clone())
                .default_service(web::to(answer))
        })
        .unwrap()
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Stops listening, as if the process were gone.
    pub(crate) async fn stop(&self) {
        let running = self.running.lock().unwrap().take().unwrap();
        running.stop().await.unwrap();
    }

    /// Listens again on the same port.
    pub(crate) fn start_again(&self) {
        let running = self.listen(self.url.trim_start_matches("http://"));
        *self.running.lock().unwrap() = Some(running);
    }

    pub(crate) fn set_keys(&self, jwks: String) {
        *self.state.keys.lock().unwrap() = jwks;
    }

    pub(crate) fn key_reads(&self) -> u32 {
        *self.state.key_reads.lock().unwrap()
    }

    pub(crate) fn revoke(&self, kind: &str, id: &str) {
        self.state
            .revocations
            .lock()
            .unwrap()
            .push(json!({"kind": kind, "id": id, "expires": 4_070_908_800_i64}));
    }

    /// From now on it answers 500 with words of its inside.
    pub(crate) fn break_down(&self) {
        self.state.broken.store(true, Ordering::SeqCst);
    }

    /// What arrived with a good internal token, background reads and probes not counted.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.state.seen.lock().unwrap().clone()
    }

    pub(crate) fn last(&self) -> Seen {
        self.seen().last().expect("nothing arrived").clone()
    }

    pub(crate) fn forget(&self) {
        self.state.seen.lock().unwrap().clear();
    }

    /// Why internal tokens were refused.
    pub(crate) fn refused(&self) -> Vec<String> {
        self.state.refused.lock().unwrap().clone()
    }
}

async fn answer(request: HttpRequest, body: web::Bytes, state: web::Data<State>) -> HttpResponse {
    if request.path() == "/readyz" {
        return HttpResponse::Ok().json(json!({
            "capability": state.name, "state": "ready", "age_seconds": 60,
            "snapshot": {"id": "s1", "system": state.name, "agency": "a", "taken_at": "2026-11-01T00:00:00Z"},
        }));
    }
    let token = request
        .headers()
        .get("authorization")
        .and_then(|value| value.to_str().ok()?.strip_prefix("Lifeboat "));
    let target = request.uri().path_and_query().unwrap().as_str();
    let bound = InternalRequest {
        audience: state.name,
        method: request.method().as_str(),
        path_and_query: target,
        body: &body,
    };
    let caller = match token.map(|token| state.verifier.verify(token, &bound)) {
        Some(Ok(caller)) => caller,
        refused => {
            state
                .refused
                .lock()
                .unwrap()
                .push(format!("{target}: {refused:?}"));
            return HttpResponse::Unauthorized()
                .content_type("application/problem+json")
                .body("{}");
        }
    };
    match request.path() {
        "/.well-known/jwks.json" => {
            *state.key_reads.lock().unwrap() += 1;
            return HttpResponse::Ok()
                .content_type("application/json")
                .body(state.keys.lock().unwrap().clone());
        }
        "/internal/v1/revocations" => {
            let revoked = state.revocations.lock().unwrap();
            let tag = format!("\"{}\"", revoked.len());
            if request
                .headers()
                .get("if-none-match")
                .is_some_and(|known| known.as_bytes() == tag.as_bytes())
            {
                return HttpResponse::NotModified().finish();
            }
            return HttpResponse::Ok()
                .insert_header(("etag", tag))
                .json(json!({"version": "v", "revoked": *revoked}));
        }
        _ => (),
    }
    let text = |value: &actix_web::http::header::HeaderValue| {
        String::from_utf8_lossy(value.as_bytes()).into_owned()
    };
    state.seen.lock().unwrap().push(Seen {
        method: request.method().to_string(),
        target: target.to_owned(),
        headers: request
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
        caller: caller.clone(),
    });
    if state.broken.load(Ordering::SeqCst) {
        return HttpResponse::InternalServerError()
            .body("thread panicked at src/inside.rs on 127.0.0.1");
    }
    behave(&request, &caller).await
}

/// Answers as the query asks: `sleep`, `status`, `subjects`, `size`.
async fn behave(request: &HttpRequest, caller: &Caller) -> HttpResponse {
    let asked = web::Query::<HashMap<String, String>>::from_query(request.query_string())
        .unwrap()
        .into_inner();
    if let Some(sleep) = asked.get("sleep") {
        tokio::time::sleep(Duration::from_millis(sleep.parse().unwrap())).await;
    }
    if request
        .headers()
        .get("if-none-match")
        .is_some_and(|tag| tag == "\"v1\"")
    {
        return HttpResponse::NotModified()
            .insert_header(("etag", "\"v1\""))
            .finish();
    }
    let status = asked
        .get("status")
        .map_or(200, |status| status.parse().unwrap());
    let mut answer = HttpResponse::build(actix_web::http::StatusCode::from_u16(status).unwrap());
    answer
        .insert_header(("etag", "\"v1\""))
        .insert_header(("cache-control", "private, no-store"))
        .insert_header(("set-cookie", "inside=1"))
        .insert_header(("server", "inside/1.0"))
        .insert_header(("lifeboat-internal-node", "7"));
    let path = request.path();
    let subjects = match (asked.get("subjects"), path) {
        (Some(subjects), _) => subjects.clone(),
        (None, "/v1/me") => caller.subject.clone(),
        (None, _) => path
            .strip_prefix("/v1/persons/")
            .unwrap_or_default()
            .to_owned(),
    };
    if !subjects.is_empty() {
        answer.insert_header(("lifeboat-subjects", subjects));
    }
    let padding = "x".repeat(asked.get("size").map_or(0, |size| size.parse().unwrap()));
    answer
        .json(json!({"data": {"national_id": "A123456789", "name": "王小明"}, "padding": padding}))
}
