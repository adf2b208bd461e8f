//! What wraps every application: the request's id and log span, and problem details for every error.

use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, Error, HttpMessage, HttpResponse, web};
use tracing::Instrument;
use uuid::Uuid;

use crate::lifecycle::Drain;
use crate::listener;
use crate::problem::{Kind, Language, MEDIA_TYPE, Problem};
use crate::request_id::{HEADER, RequestId};

/// Wraps an application behind the gateway: a body of at most `body_bytes`, all of a request within `limit`, every error as
/// problem details. The last thing done to an application, so that what it was wrapped in before is inside.
pub fn bounded<T, B>(
    app: App<T>,
    body_bytes: usize,
    limit: Duration,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    >,
>
where
    T: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<B>,
            Error = Error,
            InitError = (),
        > + 'static,
    B: MessageBody + 'static,
{
    app.app_data(web::PayloadConfig::new(body_bytes))
        .wrap(from_fn(move |request, next| deadline(request, next, limit)))
        .wrap(from_fn(context))
}

/// Gives the request the id that it carries, or one of its own, and a log span, and turns every error into problem details
/// in the caller's language.
async fn context(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
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
    let id = carried().unwrap_or_else(Uuid::now_v7);
    let language = Language::accepted(
        request
            .headers()
            .get(ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok()),
    );
    request.extensions_mut().insert(RequestId(id));
    let leaving = {
        let drain = request.app_data::<web::Data<Drain>>().cloned();
        let is_over = listener::is_over(request.request());
        move || is_over || drain.is_some_and(|drain| drain.has_begun())
    };
    let started = Instant::now();
    let span = tracing::info_span!("request", request_id = %id, method = %request.method());
    // The request is not cloned: the router below needs it to itself.
    async {
        match next.call(request).await {
            Ok(answer) => {
                if answer.status().is_server_error() {
                    let operation = answer.request().match_pattern().unwrap_or_default();
                    tracing::warn!(
                        operation,
                        status = answer.status().as_u16(),
                        "request failed"
                    );
                }
                let mut answer = as_problem(answer.map_into_boxed_body(), language, id);
                let operation = answer.request().match_pattern().unwrap_or_default();
                record(operation, answer.status(), started);
                if leaving() {
                    close_after(answer.response_mut());
                }
                Ok(answer)
            }
            Err(error) => {
                let problem = problem_of_error(&error).unwrap_or_else(|| {
                    Problem::new(Kind::of_status(error.as_response_error().status_code()))
                });
                if problem.kind().status().is_server_error() {
                    tracing::warn!(status = problem.kind().status().as_u16(), "request failed");
                }
                let mut answer = with_id(problem.answer(language, id), id);
                record(String::new(), answer.status(), started);
                if leaving() {
                    close_after(&mut answer);
                }
                Err(InternalError::from_response(problem, answer).into())
            }
        }
    }
    .instrument(span)
    .await
}

/// Has the connection closed after this answer, so that the client's next request finds a listener that stays. While a
/// listener drains, every answer does: a connection that is kept until the end could break under a request.
pub fn close_after(answer: &mut HttpResponse<BoxBody>) {
    answer.head_mut().set_connection_type(ConnectionType::Close);
}

/// Counts the answer and its duration; an operation is named by its route, never by the path that was asked for.
fn record(operation: String, status: StatusCode, started: Instant) {
    metrics::counter!("lifeboat_requests_total",
        "operation" => operation.clone(), "status" => status.as_u16().to_string())
    .increment(1);
    metrics::histogram!("lifeboat_request_seconds", "operation" => operation)
        .record(started.elapsed().as_secs_f64());
}

fn with_id(mut answer: HttpResponse<BoxBody>, id: Uuid) -> HttpResponse<BoxBody> {
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        answer
            .headers_mut()
            .insert(HeaderName::from_static(HEADER), value);
    }
    answer
}

fn as_problem(
    answer: ServiceResponse<BoxBody>,
    language: Language,
    id: Uuid,
) -> ServiceResponse<BoxBody> {
    let problem = problem_of(&answer);
    let (request, mut answer) = answer.into_parts();
    if let Some(problem) = problem {
        let mut told = problem.answer(language, id);
        // What middleware or the router added stays: `Allow`, and what the inside tells the gateway.
        for (name, value) in answer.headers() {
            if *name != CONTENT_TYPE && !told.headers().contains_key(name) {
                told.headers_mut().append(name.clone(), value.clone());
            }
        }
        answer = told;
    }
    ServiceResponse::new(request, with_id(answer, id))
}

/// The problem inside an error; `None`, and a line in the log, for a failure that nobody mapped.
fn problem_of_error(error: &Error) -> Option<Problem> {
    let problem = error.as_error::<Problem>().cloned();
    if problem.is_none() && error.as_response_error().status_code().is_server_error() {
        tracing::error!(%error, "unmapped error");
    }
    problem
}

/// The problem that an error answer stands for; `None` for answers that are to go out as they are.
fn problem_of(answer: &ServiceResponse<BoxBody>) -> Option<Problem> {
    let status = answer.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    if let Some(problem) = answer.response().error().and_then(problem_of_error) {
        return Some(problem);
    }
    // An answer with a body of its own, such as an OAuth error or a forwarded problem, is complete.
    let complete = answer.headers().get(CONTENT_TYPE).is_some_and(|kind| {
        kind.as_bytes().starts_with(MEDIA_TYPE.as_bytes())
            || kind.as_bytes().starts_with(b"application/json")
    });
    (!complete).then(|| Problem::new(Kind::of_status(status)))
}

/// Bounds the whole of a request, slow bodies included; answers 503 with `Retry-After` past it.
async fn deadline(
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
