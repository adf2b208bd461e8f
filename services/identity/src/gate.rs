//! The gate: nothing is trusted because of where it came from. Every request carries a token that was minted for it
//! alone; what services may ask is not what callers may ask.

use access::caller::{Caller, CallerKind};
use access::internal::{GATEWAY, InternalRequest, InternalVerifier, SCHEME};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use runtime::problem::{Kind, Problem};

/// This service's name in tokens.
pub(crate) const SERVICE: &str = "identity";

/// Lets a request in, or answers why not. The probes are open: they tell nothing about anybody.
pub(crate) async fn admit(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if !matches!(request.path(), "/livez" | "/readyz") {
        let caller = admitted(&mut request).await?;
        request.extensions_mut().insert(caller);
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

async fn admitted(request: &mut ServiceRequest) -> Result<Caller, Error> {
    let verifier = request
        .app_data::<web::Data<InternalVerifier>>()
        .cloned()
        .ok_or_else(|| Problem::new(Kind::Internal))?;
    let body = request.extract::<web::Bytes>().await.map_err(|error| {
        match error.as_response_error().status_code() {
            status if status.is_client_error() => Problem::new(Kind::of_status(status)),
            _ => Problem::new(Kind::Malformed),
        }
    })?;
    let target = InternalRequest {
        audience: SERVICE,
        method: request.method().as_str(),
        path_and_query: request
            .uri()
            .path_and_query()
            .map_or("/", |target| target.as_str()),
        body: &body,
    };
    let caller = token(request)
        .and_then(|token| verifier.verify(token, &target).ok())
        .ok_or_else(|| Problem::new(Kind::Unauthenticated))?;
    if !permitted(&caller, request.path()) {
        return Err(Problem::new(Kind::Forbidden).into());
    }
    request.set_payload(Payload::from(body));
    Ok(caller)
}

fn token(request: &ServiceRequest) -> Option<&str> {
    let mut values = request.headers().get_all(AUTHORIZATION);
    let only = values.next().filter(|_| values.next().is_none())?;
    only.to_str().ok()?.strip_prefix(SCHEME)?.strip_prefix(' ')
}

/// The gateway on its own behalf reads keys, metadata and revocations, and nothing else; nobody else reads revocations.
fn permitted(caller: &Caller, path: &str) -> bool {
    let by_gateway = caller.kind == CallerKind::Service && caller.subject == GATEWAY;
    if path.starts_with("/internal/") {
        by_gateway
    } else if path.starts_with("/.well-known/") {
        by_gateway || caller.kind != CallerKind::Service
    } else {
        caller.kind != CallerKind::Service
    }
}
