//! `/livez` and `/readyz`: how the gateway is, and how each service behind it is, with the age of its data.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use arc_swap::ArcSwap;
use http_body_util::Full;
use hyper::Request;
use hyper::http::uri::PathAndQuery;
use runtime::lifecycle::Drain;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::door::SERVICE;
use crate::forward::client::{Client, Way};
use crate::forward::upstream::{Upstream, Upstreams};

/// What a service says of itself on `/readyz`.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Said {
    #[serde(alias = "capability")]
    service: String,
    state: String,
    #[serde(default)]
    snapshot: Option<Box<RawValue>>,
    #[serde(default)]
    age_seconds: Option<i64>,
    /// Whether it answers, as the status of the same answer says: one that only takes no applications does.
    #[serde(skip)]
    is_serving: bool,
}

impl Said {
    fn silent(upstream: &Upstream) -> Self {
        Self {
            service: upstream.name.to_string(),
            state: "unreachable".to_owned(),
            snapshot: None,
            age_seconds: None,
            is_serving: false,
        }
    }
}

#[derive(Serialize)]
struct Shown<'a> {
    state: &'static str,
    capabilities: Vec<&'a Said>,
}

/// The services' states as last heard.
#[derive(Debug)]
pub(crate) struct Health {
    services: ArcSwap<BTreeMap<String, Said>>,
    drain: Drain,
}

impl Health {
    pub(crate) fn new(drain: Drain) -> Self {
        Self {
            services: ArcSwap::default(),
            drain,
        }
    }

    /// Asks every service again and again, and measures how they are and how the gateway is. `can_check_tokens`: see
    /// [`Self::ready`].
    pub(crate) async fn watch(
        self: Arc<Self>,
        upstreams: Arc<Upstreams>,
        client: Client,
        interval: Duration,
        can_check_tokens: impl Fn() -> bool + Send,
    ) {
        loop {
            let asked = futures_util::future::join_all(
                upstreams
                    .values()
                    .map(|upstream| ask(upstream, &client, interval)),
            );
            let heard: BTreeMap<String, Said> = asked
                .await
                .into_iter()
                .map(|said| (said.service.clone(), said))
                .collect();
            for said in heard.values() {
                let ready = if said.is_serving { 1.0 } else { 0.0 };
                metrics::gauge!("lifeboat_gateway_service_ready", "service" => said.service.clone()).set(ready);
            }
            self.services.store(Arc::new(heard));
            runtime::metrics::ready(SERVICE, self.is_ready(can_check_tokens()));
            tokio::time::sleep(interval).await;
        }
    }

    /// Whether the gateway is on its way out: clients are told to take their next request elsewhere.
    pub(crate) fn is_draining(&self) -> bool {
        self.drain.has_begun()
    }

    /// The process is there.
    pub(crate) fn live() -> HttpResponse {
        HttpResponse::Ok()
            .content_type("application/json")
            .body(r#"{"state":"alive"}"#)
    }

    /// Whether requests should come here. A service that is not ready does not make the gateway unready: the others go
    /// on answering through it. `has_started`: whether identity's keys have ever been read, and the audit log been opened.
    pub(crate) fn is_ready(&self, has_started: bool) -> bool {
        has_started && !self.services.load().is_empty() && !self.drain.has_begun()
    }

    /// The answer of `/readyz`.
    pub(crate) fn ready(&self, has_started: bool) -> HttpResponse {
        let services = self.services.load();
        let (status, state) = if self.is_ready(has_started) {
            (StatusCode::OK, "ready")
        } else if self.drain.has_begun() {
            (StatusCode::SERVICE_UNAVAILABLE, "draining")
        } else {
            (StatusCode::SERVICE_UNAVAILABLE, "starting")
        };
        HttpResponse::build(status).json(Shown {
            state,
            capabilities: services.values().collect(),
        })
    }
}

async fn ask(upstream: &Upstream, client: &Client, patience: Duration) -> Said {
    let said = async {
        let uri = upstream.uri(PathAndQuery::from_static("/readyz")).ok()?;
        let request = Request::get(uri).body(Full::new(Bytes::new())).ok()?;
        let answer = client.call(request, Way::Kept).await.ok()?;
        let mut said: Said = serde_json::from_slice(&answer.body).ok()?;
        said.is_serving = answer.head.status.is_success();
        (said.service == *upstream.name).then_some(said)
    };
    tokio::time::timeout(patience.max(Duration::from_secs(1)), said)
        .await
        .ok()
        .flatten()
        .unwrap_or_else(|| Said::silent(upstream))
}
