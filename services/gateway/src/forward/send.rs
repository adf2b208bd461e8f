//! Carries one request to its service: mints the token for it, calls, and tells the breaker how it went.

use std::time::{Duration, Instant};

use access::caller::Caller;
use access::internal::{InternalRequest, InternalSigner};
use actix_web::web::Bytes;
use http_body_util::Full;
use hyper::header::{
    AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, WWW_AUTHENTICATE,
};
use hyper::http::uri::PathAndQuery;
use hyper::{Method, Request, StatusCode};
use runtime::problem::{Kind, MEDIA_TYPE, Problem};
use trace::Span;
use uuid::Uuid;

use super::client::{Answer, CallError, Client, Way};
use super::upstream::Upstream;

const REQUEST_ID: HeaderName = HeaderName::from_static(runtime::request_id::HEADER);

/// A request on its way to a service.
#[derive(Debug)]
pub(crate) struct Outgoing<'a> {
    pub(crate) upstream: &'a Upstream,
    pub(crate) method: Method,
    pub(crate) target: PathAndQuery,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) caller: &'a Caller,
    pub(crate) request_id: Uuid,
}

/// Why a service gave no answer that could be passed on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// The breaker is open.
    #[error("not called: it failed too often just now")]
    Paused {
        /// When to come back.
        retry_after: Duration,
    },
    /// No token could be minted or the request could not be put together.
    #[error("the request could not be made: {0}")]
    Unmade(String),
    /// The service refused the token that was minted for this request.
    #[error("the service refused the gateway's own token")]
    Distrusted,
    /// The call failed.
    #[error(transparent)]
    Call(#[from] CallError),
}

impl Outgoing<'_> {
    /// Sends it and reads the whole answer.
    pub(crate) async fn send(
        &self,
        client: &Client,
        signer: &InternalSigner,
    ) -> Result<Answer, SendError> {
        let breaker = &self.upstream.breaker;
        breaker
            .admit(Instant::now())
            .map_err(|open| SendError::Paused {
                retry_after: open.retry_after,
            })?;
        let way = if self.method.is_idempotent() {
            Way::Kept
        } else {
            Way::Fresh
        };
        let mut answered = self.call(client, signer, way, 0).await?;
        // A kept connection that the service was just closing, as it does with all of them when it leaves: another kept one would
        // end the same way. Where no connection came to be, nothing was sent, and anything may be asked again.
        if is_unsent(&answered) || way == Way::Kept && is_unread(&answered) {
            // The token is minted anew, because each is good for one use.
            answered = self.call(client, signer, Way::Fresh, 1).await?;
        }
        match answered {
            Ok(answer) => {
                breaker.succeeded();
                if is_distrusted(&answer) {
                    Err(SendError::Distrusted)
                } else {
                    Ok(answer)
                }
            }
            Err(error) => {
                breaker.failed(Instant::now());
                Err(error.into())
            }
        }
    }

    /// Calls once, after so many calls before.
    async fn call(
        &self,
        client: &Client,
        signer: &InternalSigner,
        way: Way,
        resent: u16,
    ) -> Result<Result<Answer, CallError>, SendError> {
        let mut span = Span::child(trace::Kind::Client, "call");
        span.rename(|| format!("{} {}", self.method, self.upstream.name));
        span.set("http.request.method", || self.method.as_str().to_owned());
        span.set("peer.service", || self.upstream.name.to_string());
        if resent > 0 {
            span.set("http.request.resend_count", || resent);
        }
        let mut request = self.request(signer)?;
        if let Some(place) = span.context() {
            let place = HeaderValue::try_from(place.to_string())
                .map_err(|error| SendError::Unmade(error.to_string()))?;
            request.headers_mut().insert(trace::TRACEPARENT, place);
        }
        let began = Instant::now();
        let answered = span.within(client.call(request, way)).await;
        match &answered {
            Ok(answer) => {
                self.upstream.measures.answered(began.elapsed());
                span.set("http.response.status_code", || answer.head.status.as_u16());
                if answer.head.status.is_server_error() {
                    span.fail(answer.head.status.as_str().to_owned());
                }
            }
            Err(error) => span.fail(error.name()),
        }
        Ok(answered)
    }

    fn request(&self, signer: &InternalSigner) -> Result<Request<Full<Bytes>>, SendError> {
        let unmade = |error: &dyn std::fmt::Display| SendError::Unmade(error.to_string());
        let token = signer
            .mint(
                self.caller,
                &InternalRequest {
                    audience: &self.upstream.name,
                    method: self.method.as_str(),
                    path_and_query: self.target.as_str(),
                    body: &self.body,
                },
            )
            .map_err(|error| unmade(&error))?;
        let mut request = Request::new(Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self
            .upstream
            .uri(self.target.clone())
            .map_err(|error| unmade(&error))?;
        let headers = request.headers_mut();
        *headers = self.headers.clone();
        let mut token = HeaderValue::from_maybe_shared(Bytes::from(format!("Lifeboat {token}")))
            .map_err(|error| unmade(&error))?;
        token.set_sensitive(true);
        headers.insert(AUTHORIZATION, token);
        let mut id = Uuid::encode_buffer();
        let id = HeaderValue::from_str(self.request_id.hyphenated().encode_lower(&mut id))
            .map_err(|error| unmade(&error))?;
        headers.insert(REQUEST_ID, id);
        Ok(request)
    }
}

/// Whether nothing reached the service.
fn is_unsent(answered: &Result<Answer, CallError>) -> bool {
    answered.as_ref().is_err_and(CallError::is_before_request)
}

/// Whether the service closed the connection without having read the request: by breaking it off, or by saying that it had
/// waited long enough for one (RFC 9110 §15.5.9), which was sent at that moment.
fn is_unread(answered: &Result<Answer, CallError>) -> bool {
    match answered {
        Ok(answer) => answer.head.status == StatusCode::REQUEST_TIMEOUT,
        Err(error) => error.is_before_answer(),
    }
}

/// A service that does not accept the internal token answers with a bare 401 problem; that is no fault of the caller. A
/// 401 meant for the caller has a challenge, or is an OAuth error.
fn is_distrusted(answer: &Answer) -> bool {
    let headers = &answer.head.headers;
    answer.head.status == StatusCode::UNAUTHORIZED
        && !headers.contains_key(WWW_AUTHENTICATE)
        && headers
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(MEDIA_TYPE.as_bytes()))
}

/// All that [`SendError::name`] says.
pub(super) const REASONS: [&str; 7] = [
    "breaker-open",
    "unmade",
    "distrusted",
    "unreachable",
    "cut",
    "slow",
    "too-large",
];

impl CallError {
    /// A short name for metrics and spans.
    fn name(&self) -> &'static str {
        match self {
            Self::Broken(_) => "unreachable",
            Self::Cut(_) => "cut",
            Self::Slow => "slow",
            Self::TooLarge => "too-large",
        }
    }
}

impl SendError {
    /// A short name for metrics and logs.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Paused { .. } => "breaker-open",
            Self::Unmade(_) => "unmade",
            Self::Distrusted => "distrusted",
            Self::Call(error) => error.name(),
        }
    }

    /// What the caller is told.
    pub(crate) fn problem(&self) -> Problem {
        let seconds = match self {
            Self::Paused { retry_after } => retry_after.as_secs().max(1),
            _ => 1,
        };
        Problem::new(Kind::Unavailable)
            .detail(
                "This service does not answer right now. Try again.",
                "此服務暫時沒有回應，請稍後再試。",
            )
            .retry_after(seconds)
    }
}
