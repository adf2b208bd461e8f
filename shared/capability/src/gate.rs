//! The gate of a capability: nothing is trusted because of where it came from. Every request carries a token that was
//! minted for it alone, and is answered within bounds.

use std::sync::Arc;

use access::caller::{Caller, CallerKind};
use access::internal::{InternalRequest, InternalVerifier};
use access::policy::PolicyStore;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use runtime::problem::{Kind, Problem};
use tokio::sync::Semaphore;

use crate::filing::{ATTACHMENT_BYTES, ATTACHMENTS_PATH};
use crate::lookup::{SUBJECTS, Subjects};
use crate::measures;

/// What the gate needs to decide.
pub(crate) struct Gate {
    pub(crate) capability: &'static str,
    pub(crate) verifier: InternalVerifier,
    pub(crate) policies: PolicyStore,
    pub(crate) places: Arc<Semaphore>,
    pub(crate) body_bytes: usize,
}

/// Lets a request in, or answers why not.
pub(crate) async fn admit(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let gate = request
        .app_data::<web::Data<Gate>>()
        .cloned()
        .ok_or_else(|| Problem::new(Kind::Internal))?;
    if is_probe(&request) {
        // Whoever has no place left is alive, and must not be started anew for it.
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let Ok(_place) = gate.places.clone().try_acquire_owned() else {
        measures::shed(gate.capability, 1);
        return Err(Problem::new(Kind::Unavailable).retry_after(1).into());
    };
    let caller = admitted(&gate, &mut request).await?;
    request.extensions_mut().insert(caller);
    let mut answer = next.call(request).await?.map_into_boxed_body();
    let subjects = answer.request().extensions_mut().remove::<Subjects>();
    if let Some(subjects) = subjects {
        let value = HeaderValue::from_str(&subjects.0.join(","))
            .map_err(|_| Problem::new(Kind::Internal))?;
        answer
            .headers_mut()
            .insert(HeaderName::from_static(SUBJECTS), value);
    }
    Ok(answer)
}

/// Probes come without a caller: they tell nothing about anybody.
fn is_probe(request: &ServiceRequest) -> bool {
    matches!(request.path(), "/livez" | "/readyz")
}

/// The caller.
async fn admitted(gate: &Gate, request: &mut ServiceRequest) -> Result<Caller, Error> {
    let most = match request.path() {
        ATTACHMENTS_PATH => ATTACHMENT_BYTES,
        _ => gate.body_bytes,
    };
    let body = request
        .extract::<web::Payload>()
        .await?
        .to_bytes_limited(most)
        .await
        .map_err(|_| Problem::new(Kind::TooLarge))?
        .map_err(|_| Problem::new(Kind::Malformed))?;
    let target = InternalRequest {
        audience: gate.capability,
        method: request.method().as_str(),
        path_and_query: request
            .uri()
            .path_and_query()
            .map_or("/", |target| target.as_str()),
        body: &body,
    };
    let caller = bearer(request)
        .and_then(|token| gate.verifier.verify(token, &target).ok())
        .ok_or_else(|| Problem::new(Kind::Unauthenticated))?;
    if caller.kind == CallerKind::Service {
        decide(gate, request, &caller)?;
    }
    request.set_payload(Payload::from(body));
    Ok(caller)
}

fn bearer(request: &ServiceRequest) -> Option<&str> {
    let mut values = request.headers().get_all(AUTHORIZATION);
    let only = values.next().filter(|_| values.next().is_none())?;
    only.to_str().ok()?.strip_prefix("Lifeboat ")
}

/// A service that calls without the gateway between is decided on here, by the same policies.
fn decide(gate: &Gate, request: &ServiceRequest, caller: &Caller) -> Result<(), Problem> {
    let pattern = request
        .match_pattern()
        .ok_or_else(|| Problem::new(Kind::NotFound))?;
    if gate
        .policies
        .permits_route(caller, gate.capability, request.method().as_str(), &pattern)
    {
        Ok(())
    } else {
        Err(Problem::new(Kind::Forbidden))
    }
}
