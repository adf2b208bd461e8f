//! Passes an admitted request on to its service, and the answer back once it is logged.

use access::caller::Caller;
use actix_web::http::header::HeaderName;
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use hyper::header::CONTENT_TYPE;
use hyper::http::uri::PathAndQuery;
use runtime::problem::{Kind, MEDIA_TYPE, Problem};

use super::body::Body;
use super::lookup_log::{self, Lookup};
use super::{Door, Exchange, is_sign_in};
use crate::catalogue::{IDENTITY, Operation, PathValues, WELL_KNOWN};
use crate::forward::client::Answer;
use crate::forward::headers;
use crate::forward::send::Outgoing;

impl Door {
    /// Calls the service and returns its answer.
    pub(super) async fn pass(
        &self,
        request: &HttpRequest,
        exchange: &Exchange,
        operation: &Operation,
        values: &PathValues,
        caller: &Caller,
        body: Body,
    ) -> Result<HttpResponse, Problem> {
        let shared = &*self.shared;
        let upstream = shared.upstreams.get(&*operation.service).ok_or_else(|| {
            // Declared, but not restored in this deployment.
            Problem::new(Kind::Unavailable)
                .detail("This service is not restored yet.", "此服務尚未復原。")
                .retry_after(60)
        })?;
        let mut forwarded = headers::forwarded(request.headers());
        if is_sign_in(operation, caller) {
            // The proof that a new token is to be bound to: identity checks it.
            headers::copy(
                request.headers(),
                &HeaderName::from_static("dpop"),
                &mut forwarded,
            );
        }
        let method = if *request.method() == Method::HEAD {
            &Method::GET
        } else {
            request.method()
        };
        let outgoing = Outgoing {
            upstream,
            method: hyper::Method::from_bytes(method.as_str().as_bytes())
                .map_err(|_| Problem::new(Kind::Malformed))?,
            target: target(request, operation)?,
            headers: forwarded,
            body: body.bytes,
            caller,
            request_id: exchange.id,
        };
        let answer = outgoing.send(&self.client, &shared.signer).await.map_err(|error| {
            let reason = error.name();
            upstream.measures.failed(reason);
            tracing::warn!(request_id = %exchange.id, service = &*operation.service, reason, "a service gave no answer");
            error.problem()
        })?;
        self.log(exchange, operation, values, caller, &answer)
            .await?;
        outward(&answer, *operation.service == *IDENTITY)
    }

    /// Writes who was looked at. Until that is durable, nothing of the answer leaves.
    async fn log(
        &self,
        exchange: &Exchange,
        operation: &Operation,
        values: &PathValues,
        caller: &Caller,
        answer: &Answer,
    ) -> Result<(), Problem> {
        let unreadable = |_| lookup_log::unlogged(exchange.id);
        let mut subjects = lookup_log::subjects(&answer.head.headers).map_err(unreadable)?;
        if subjects.is_empty() && answer.head.status.is_success() {
            // A service that forgot to name the person of its own path.
            subjects.extend(lookup_log::subject_of_path(operation, values));
        }
        let lookup = Lookup {
            request_id: exchange.id,
            operation,
            caller,
            status: answer.head.status.as_u16(),
        };
        self.shared.lookups.write(lookup, subjects).await
    }
}

/// The path as the service knows it, with the query as it came.
fn target(request: &HttpRequest, operation: &Operation) -> Result<PathAndQuery, Problem> {
    let whole = request
        .uri()
        .path_and_query()
        .map_or("/", |target| target.as_str());
    let own = if whole.starts_with(WELL_KNOWN) {
        whole
    } else {
        whole.get(operation.service.len() + 1..).unwrap_or("/")
    };
    PathAndQuery::from_maybe_shared(Bytes::copy_from_slice(own.as_bytes()))
        .map_err(|_| Problem::new(Kind::Malformed))
}

/// A service's answer as the client gets it. A fault without problem details may tell of the inside, and is replaced; but where
/// tokens are given out, clients know what an OAuth error says (RFC 6749 §5.2) and nothing else.
fn outward(answer: &Answer, speaks_oauth: bool) -> Result<HttpResponse, Problem> {
    let status = StatusCode::from_u16(answer.head.status.as_u16())
        .map_err(|_| Problem::new(Kind::Unavailable).retry_after(1))?;
    let kind = answer.head.headers.get(CONTENT_TYPE);
    let is =
        |kind_of: &str| kind.is_some_and(|kind| kind.as_bytes().starts_with(kind_of.as_bytes()));
    let is_oauth =
        speaks_oauth && status == StatusCode::SERVICE_UNAVAILABLE && is("application/json");
    if status.is_server_error() && !is(MEDIA_TYPE) && !is_oauth {
        return Err(Problem::new(Kind::of_status(status)).retry_after(1));
    }
    let mut outward = HttpResponse::build(status);
    for header in headers::answered(&answer.head.headers) {
        outward.append_header(header);
    }
    Ok(outward.body(answer.body.clone()))
}
