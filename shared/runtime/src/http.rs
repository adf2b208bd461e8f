//! What wraps every application: the request's id, its place in a trace, its measures, and problem details for every error.

use std::rc::Rc;
use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, Error, HttpMessage, HttpResponse, web};
use trace::{Span, TRACEPARENT};
use tracing::Instrument;
use uuid::Uuid;

pub use self::traced::{method_name, tell};

use self::measures::Measures;
use crate::lifecycle::Drain;
use crate::listener;
use crate::problem::{Kind, Language, MEDIA_TYPE, Problem};
use crate::request_id::{HEADER, RequestId};

mod measures;
mod traced;

/// Wraps an application behind the gateway: a body of at most `body_bytes`, all of a request within `limit`, every error as
/// problem details, every request measured and traced as one of `service`. The last thing done to an application, so that
/// what it was wrapped in before is inside.
pub fn bounded<T, B>(
    app: App<T>,
    service: &'static str,
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
    let measures = Rc::new(Measures::new(service));
    app.app_data(web::PayloadConfig::new(body_bytes))
        .wrap(from_fn(move |request, next| deadline(request, next, limit)))
        .wrap(from_fn(move |request, next| {
            context(request, next, service, Rc::clone(&measures))
        }))
}

/// Gives the request the id that it carries, or one of its own, its place in the trace and a log span, and turns every error
/// into problem details in the caller's language.
async fn context(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    service: &'static str,
    measures: Rc<Measures>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let header = |name| request.headers().get(name)?.to_str().ok();
    let carried = header(HEADER).and_then(|id| id.parse::<Uuid>().ok());
    let id = carried.unwrap_or_else(Uuid::now_v7);
    let mut span = Span::server(service, || header(TRACEPARENT));
    let language = Language::accepted(header(ACCEPT_LANGUAGE.as_str()));
    request.extensions_mut().insert(RequestId(id));
    let leaving = {
        let drain = request.app_data::<web::Data<Drain>>().cloned();
        let is_over = listener::is_over(request.request());
        move || is_over || drain.is_some_and(|drain| drain.has_begun())
    };
    let (method, route) = (request.method().clone(), request.match_pattern());
    let operation = traced::operation(traced::method_name(&method), route.as_deref());
    let started = Instant::now();
    let logged =
        tracing::info_span!("request", request_id = %id, method = traced::method_name(&method));
    // The request is not cloned: the router below needs it to itself.
    let answered = span
        .within(
            async {
                match next.call(request).await {
                    Ok(answer) => Ok(as_problem(answer.map_into_boxed_body(), language, id)),
                    Err(error) => Err(of_error(&error, language, id)),
                }
            }
            .instrument(logged.clone()),
        )
        .await;
    let status = match &answered {
        Ok(answer) => answer.status(),
        Err((problem, _)) => problem.kind().status(),
    };
    let took = started.elapsed();
    measures.record(&operation, status, took);
    traced::tell(&mut span, &method, route.as_deref(), status);
    span.enter(|| logged.in_scope(|| log(&operation, status, took, span.is_recorded())));
    match answered {
        Ok(mut answer) => {
            if leaving() {
                close_after(answer.response_mut());
            }
            Ok(answer)
        }
        Err((problem, mut answer)) => {
            if leaving() {
                close_after(&mut answer);
            }
            Err(InternalError::from_response(problem, answer).into())
        }
    }
}

/// Failures, and whatever is traced, so that a trace is found in the log.
fn log(operation: &str, status: StatusCode, took: Duration, traced: bool) {
    let status = status.as_u16();
    if status >= 500 {
        tracing::warn!(operation, status, "request failed");
    } else if traced {
        let microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        tracing::info!(operation, status, microseconds, "answered");
    }
}

/// The problem that an error stands for, and its answer.
fn of_error(error: &Error, language: Language, id: Uuid) -> (Problem, HttpResponse<BoxBody>) {
    let problem = problem_of_error(error)
        .unwrap_or_else(|| Problem::new(Kind::of_status(error.as_response_error().status_code())));
    let answer = with_id(problem.answer(language, id), id);
    (problem, answer)
}

/// Has the connection closed after this answer, so that the client's next request finds a listener that stays. While a
/// listener drains, every answer does: a connection that is kept until the end could break under a request.
pub fn close_after(answer: &mut HttpResponse<BoxBody>) {
    answer.head_mut().set_connection_type(ConnectionType::Close);
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
