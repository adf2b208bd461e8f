//! What every request goes through, in this order: route, caller, decision, body, place, service, log, answer.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use access::caller::{Caller, CallerKind};
use access::internal::InternalSigner;
use access::policy::PolicyStore;
use access::token::VerifiedToken;
use actix_web::body::BoxBody;
use actix_web::dev::Payload;
use actix_web::http::header::{ACCEPT_LANGUAGE, ALLOW, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use runtime::listener;
use runtime::problem::{Kind, Language, Problem};
use trace::Span;
use uuid::Uuid;

use self::identify::Identify;
use self::lag::Lag;
use self::load::Budget;
use self::lookup_log::{Lookup, LookupLog};
use self::rates::RateGate;
use self::stated::Stated;
use crate::catalogue::{Asked, Catalogue, IDENTITY, Measures, Operation, PathValues};
use crate::forward::client::Client;
use crate::forward::upstream::Upstreams;
use crate::health::Health;
use crate::pages::Pages;
use crate::settings::{Limits, Network};

mod address;
mod body;
pub(crate) mod credentials;
mod finish;
pub(crate) mod identify;
mod lag;
pub(crate) mod load;
pub(crate) mod lookup_log;
mod pass;
pub(crate) mod rates;
mod stated;

/// What this service is called in measures and traces.
pub(crate) const SERVICE: &str = "gateway";

/// What all workers share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) catalogue: Catalogue,
    pub(crate) pages: Pages,
    pub(crate) health: Arc<Health>,
    pub(crate) upstreams: Arc<Upstreams>,
    pub(crate) limits: Limits,
    pub(crate) trusted_proxies: Vec<Network>,
    pub(crate) requests: Budget,
    pub(crate) bodies: Budget,
    pub(crate) identify: Identify,
    pub(crate) policies: PolicyStore,
    pub(crate) rates: RateGate,
    pub(crate) signer: Arc<InternalSigner>,
    pub(crate) lookups: LookupLog,
    /// Counts requests of no operation: what the gateway answers itself, and what does not exist.
    pub(crate) unrouted: Measures,
    /// Whether clients come by HTTPS.
    pub(crate) secure: bool,
}

/// One worker's door.
#[derive(Debug)]
pub(crate) struct Door {
    shared: Arc<Shared>,
    client: Client,
    lag: Lag,
}

/// One request on its way through.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) id: Uuid,
    pub(crate) address: Option<IpAddr>,
    pub(crate) operation: Option<Arc<Operation>>,
    /// A nonce that the client is to use from now on.
    pub(crate) nonce: Option<HeaderValue>,
}

impl Door {
    /// Make one on each worker's own thread: its connections stay there.
    pub(crate) fn new(shared: Arc<Shared>, client: Client) -> Self {
        let limits = &shared.limits;
        let behind = Duration::from_millis(limits.behind_ms);
        let lag = Lag::watch(behind, limits.crowd);
        load::shed("behind").increment(0);
        Self {
            shared,
            client,
            lag,
        }
    }

    /// Answers a request, whatever it is.
    pub(crate) async fn answer(&self, request: &HttpRequest, payload: Payload) -> HttpResponse {
        let started = Instant::now();
        let shared = &*self.shared;
        let mut exchange = Exchange {
            id: Uuid::now_v7(),
            address: address::client(
                request.peer_addr().map(|peer| peer.ip()),
                request.headers(),
                &shared.trusted_proxies,
            ),
            operation: None,
            nonce: None,
        };
        let limit = Duration::from_millis(shared.limits.request_timeout_ms)
            + body::allowance(request, &shared.limits);
        let span = match request.path() {
            "/livez" | "/readyz" => Span::none(),
            _ => Span::edge(SERVICE, exchange.id),
        };
        let work = tokio::time::timeout(limit, self.work(request, payload, &mut exchange));
        let outcome = span.within(work).await;
        let mut answer = match outcome.unwrap_or_else(|_| Err(late())) {
            Ok(answer) => answer,
            Err(problem) => refusal(&problem, request.headers(), exchange.id),
        };
        exchange.finish(answer.headers_mut(), shared.secure, &span);
        if shared.health.is_draining() || listener::is_over(request) {
            // A kept connection is closed soon: the client's next request must not be lost on it.
            answer
                .head_mut()
                .set_connection_type(actix_web::http::ConnectionType::Close);
        }
        let (status, took) = (answer.status(), started.elapsed());
        exchange.record(request.method(), status, took, span, &shared.unrouted);
        answer
    }

    async fn work(
        &self,
        request: &HttpRequest,
        mut payload: Payload,
        exchange: &mut Exchange,
    ) -> Result<HttpResponse, Problem> {
        let shared = &*self.shared;
        if let Some(answer) = shared.own_answer(request)? {
            return Ok(answer);
        }
        let (operation, values) = shared.route(request)?;
        exchange.operation = Some(operation.clone());
        // Before anything that costs: whoever is turned away at once makes room for those who are not.
        let Some(_under_way) = self.lag.enter() else {
            load::shed("behind").increment(1);
            return Err(body::overloaded());
        };
        shared.rates.all().await?;
        let (caller, token) = shared.caller(request, &operation, exchange).await?;
        shared
            .decide(&caller, token.as_deref(), &operation, &values, exchange)
            .await?;
        let body = body::read(
            request,
            &mut payload,
            &operation,
            &shared.limits,
            &shared.bodies,
        )
        .await?;
        // Only now: whoever sends slowly holds a connection, and nobody else's place.
        let _place = shared.requests.take(1).map_err(|_| body::overloaded())?;
        self.pass(request, exchange, &operation, &values, &caller, body)
            .await
    }
}

impl Shared {
    /// Whether requests should come here.
    pub(crate) fn is_ready(&self) -> bool {
        self.health.is_ready(self.has_started())
    }

    /// Whether callers can be known, and what they look at be recorded.
    fn has_started(&self) -> bool {
        self.identify.can_check() && self.lookups.is_open()
    }

    /// What the gateway answers itself.
    fn own_answer(&self, request: &HttpRequest) -> Result<Option<HttpResponse>, Problem> {
        let answer = match request.path() {
            "/livez" => Some(Health::live()),
            "/readyz" => Some(self.health.ready(self.has_started())),
            path if path.starts_with("/docs") || path.starts_with("/openapi/") => {
                self.pages.answer(request)
            }
            _ => None,
        };
        if answer.is_some() && request.method() != Method::GET && request.method() != Method::HEAD {
            return Err(other_methods(HeaderValue::from_static("GET, HEAD")));
        }
        Ok(answer)
    }

    fn route(&self, request: &HttpRequest) -> Result<(Arc<Operation>, PathValues), Problem> {
        match self.catalogue.find(request.method(), request.uri().path()) {
            Asked::Operation(operation, values) => Ok((operation, values)),
            Asked::OtherMethods(allow) => Err(other_methods(allow)),
            Asked::Nothing => Err(Problem::new(Kind::NotFound)),
        }
    }

    /// Who asks, and why; with the token that says so.
    async fn caller(
        &self,
        request: &HttpRequest,
        operation: &Operation,
        exchange: &mut Exchange,
    ) -> Result<(Caller, Option<Arc<VerifiedToken>>), Problem> {
        let Stated {
            purpose,
            case_number,
        } = stated::read(request.headers())?;
        let address = exchange.address;
        let refused = match self.identify.check(request, exchange) {
            Ok(None) => {
                self.rates.address(address).await?;
                let nobody = Caller {
                    purpose,
                    case_number,
                    ..Caller::anonymous(address)
                };
                return Ok((nobody, None));
            }
            Ok(Some(proved)) => {
                let caller = proved.token.caller(purpose, case_number, address);
                // In this order: a stranger who repeats somebody's request must not use up their rate.
                let (limit, name, who) = self.rates.of(&caller);
                match self.identify.use_up(&proved, limit, who).await {
                    Ok(decision) => {
                        return rates::judge(decision, name).map(|()| (caller, Some(proved.token)));
                    }
                    Err(refused) => refused,
                }
            }
            Err(refused) => refused,
        };
        count_refusal(refused.reason, operation);
        if refused.is_callers_fault() {
            self.rates.address(address).await?;
        }
        Err(refused.problem())
    }

    fn permits(
        &self,
        caller: &Caller,
        token: Option<&VerifiedToken>,
        operation: &Operation,
    ) -> bool {
        let (policies, service) = (&self.policies, &operation.service);
        let (id, kind) = (&operation.id, &operation.resource);
        match token {
            None => policies.permits(caller, service, id, kind),
            Some(token) => token
                .principal(policies)
                .is_some_and(|known| policies.permits_as(known, caller, service, id, kind)),
        }
    }

    /// Asks the policies. A person's name in the path of a refused attempt is logged like a lookup.
    async fn decide(
        &self,
        caller: &Caller,
        token: Option<&VerifiedToken>,
        operation: &Operation,
        values: &PathValues,
        exchange: &Exchange,
    ) -> Result<(), Problem> {
        let mut span = Span::child(trace::Kind::Internal, "decide");
        let permitted = operation.is_public || self.permits(caller, token, operation);
        span.set("lifeboat.decision", || {
            if permitted { "permit" } else { "deny" }
        });
        drop(span);
        if permitted {
            return Ok(());
        }
        if caller.kind == CallerKind::Anonymous {
            count_refusal("no-credentials", operation);
            return Err(credentials::challenge(None));
        }
        count_refusal("policy", operation);
        let subject = lookup_log::subject_of_path(operation, values);
        let attempt = Lookup {
            request_id: exchange.id,
            operation,
            caller,
            status: 403,
        };
        self.lookups
            .write(attempt, subject.into_iter().collect())
            .await?;
        Err(Problem::new(Kind::Forbidden))
    }
}

impl Exchange {
    fn finish(&mut self, headers: &mut HeaderMap, secure: bool, span: &Span) {
        if let Some(nonce) = self.nonce.take() {
            headers.insert(credentials::NONCE, nonce);
        }
        finish::dress(headers, self.id, secure, span.context());
    }

    fn record(
        &self,
        method: &Method,
        status: StatusCode,
        took: Duration,
        mut span: Span,
        unrouted: &Measures,
    ) {
        let operation = self.operation.as_deref();
        let route = operation.map(|operation| operation.template.as_str());
        let measures = operation.map_or(unrouted, |operation| &operation.measures);
        measures.record(status.as_u16(), took);
        runtime::http::tell(&mut span, method, route, status);
        span.enter(|| self.log(route.unwrap_or("-"), status, took, span.is_recorded()));
    }

    /// Failures, and whatever is traced, so that a trace is found in the log.
    fn log(&self, route: &str, status: StatusCode, took: Duration, traced: bool) {
        let (id, status) = (self.id, status.as_u16());
        let microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        if status >= 500 {
            tracing::warn!(request_id = %id, route, status, "not answered");
        } else if traced {
            tracing::info!(request_id = %id, route, status, microseconds, "answered");
        } else {
            tracing::debug!(request_id = %id, route, status, microseconds, "answered");
        }
    }
}

fn refusal(problem: &Problem, headers: &HeaderMap, id: Uuid) -> HttpResponse<BoxBody> {
    let language = Language::accepted(
        headers
            .get(ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok()),
    );
    let mut answer = problem.answer(language, id);
    if problem.kind() == Kind::Timeout {
        // What is still to come of the body is not waited for.
        answer
            .head_mut()
            .set_connection_type(actix_web::http::ConnectionType::Close);
    }
    answer
}

fn count_refusal(reason: &'static str, operation: &Operation) {
    metrics::counter!("lifeboat_gateway_refusals_total", "reason" => reason, "service" => operation.service.to_string())
        .increment(1);
}

fn other_methods(allow: HeaderValue) -> Problem {
    Problem::new(Kind::MethodNotAllowed).header(ALLOW, allow)
}

fn late() -> Problem {
    Problem::new(Kind::Unavailable)
        .detail(
            "The answer took too long. Try again.",
            "處理時間過長，請稍後再試。",
        )
        .retry_after(1)
}

/// Whether a request without a token goes to the service that gives tokens out.
pub(super) fn is_sign_in(operation: &Operation, caller: &Caller) -> bool {
    *operation.service == *IDENTITY && caller.kind == CallerKind::Anonymous
}
