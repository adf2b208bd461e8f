//! What wraps every application: the request's id and log span, and problem details for every error.

use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};
use tracing::Instrument;
use uuid::Uuid;

use crate::problem::{Kind, Language, MEDIA_TYPE, Problem};
use crate::request_id::{HEADER, RequestId};

/// Whether a caller's `X-Request-Id` is taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestIds {
    /// At the edge: always a fresh one.
    Fresh,
    /// Inside: the gateway's.
    Carried,
}

/// Gives the request its id and a log span, and turns every error into problem details in the caller's language.
/// Use with `actix_web::middleware::from_fn`, outermost.
///
/// # Errors
/// None: errors of the inside become answers.
pub async fn context(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    ids: RequestIds,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let carried = || {
        request
            .headers()
            .get(HEADER)?
            .to_str()
            .ok()?
            .parse::<Uuid>()
            .ok()
    };
    let id = match ids {
        RequestIds::Fresh => Uuid::now_v7(),
        RequestIds::Carried => carried().unwrap_or_else(Uuid::now_v7),
    };
    let language = Language::accepted(
        request
            .headers()
            .get(ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok()),
    );
    request.extensions_mut().insert(RequestId(id));
    let http = request.request().clone();
    let span = tracing::info_span!("request", request_id = %id, method = %http.method());
    let answered = async {
        let answer = match next.call(request).await {
            Ok(answer) => answer.map_into_boxed_body(),
            Err(error) => ServiceResponse::from_err(error, http),
        };
        if answer.status().is_server_error() {
            let operation = answer.request().match_pattern().unwrap_or_default();
            tracing::warn!(
                operation,
                status = answer.status().as_u16(),
                "request failed"
            );
        }
        as_problem(answer, language, id)
    }
    .instrument(span)
    .await;
    Ok(answered)
}

fn as_problem(
    answer: ServiceResponse<BoxBody>,
    language: Language,
    id: Uuid,
) -> ServiceResponse<BoxBody> {
    let mut answer = match problem_of(&answer) {
        Some(problem) => answer.into_response(problem.answer(language, id)),
        None => answer,
    };
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        answer
            .headers_mut()
            .insert(HeaderName::from_static(HEADER), value);
    }
    answer
}

/// The problem that an error answer stands for; `None` for answers that are to go out as they are.
fn problem_of(answer: &ServiceResponse<BoxBody>) -> Option<Problem> {
    let status = answer.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    if let Some(error) = answer.response().error() {
        if let Some(problem) = error.as_error::<Problem>() {
            return Some(problem.clone());
        }
        if status.is_server_error() {
            tracing::error!(error = %error, "unmapped error");
        }
    }
    // An answer with a body of its own, such as an OAuth error or a forwarded problem, is complete.
    let complete = answer.headers().get(CONTENT_TYPE).is_some_and(|kind| {
        kind.as_bytes().starts_with(MEDIA_TYPE.as_bytes())
            || kind.as_bytes().starts_with(b"application/json")
    });
    (!complete).then(|| {
        let mut problem = Problem::new(Kind::of_status(status));
        if let Some(allow) = answer.headers().get(actix_web::http::header::ALLOW) {
            problem = problem.header(actix_web::http::header::ALLOW, allow.clone());
        }
        problem
    })
}

/// Bounds the whole of a request, slow bodies included; answers 503 with `Retry-After` past it.
///
/// # Errors
/// Those of the inside, and the problem past the deadline.
pub async fn deadline(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    limit: Duration,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match tokio::time::timeout(limit, next.call(request)).await {
        Ok(answer) => answer.map(ServiceResponse::map_into_boxed_body),
        Err(_) => Err(Problem::new(Kind::Unavailable)
            .detail(
                "The answer took too long. Try again.",
                "處理時間過長，請稍後再試。",
            )
            .retry_after(1)
            .into()),
    }
}
