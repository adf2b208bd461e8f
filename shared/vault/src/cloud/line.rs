//! The line to a cloud: every request goes through here, so that here it is held below its limit, counted, given up when
//! nothing moves, and its answer's date noted.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta};
use futures_util::{Stream, StreamExt, stream};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use object_store::ClientOptions;
use object_store::client::{
    ClientConfigKey, HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest,
    HttpResponse, HttpResponseBody, HttpService,
};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use runtime::clock::SharedClock;
use tokio::time::{Instant, sleep_until, timeout};

use super::answer::{Answer, Silence, code};
use super::limit::Limit;
use super::traffic::Meter;

/// How much is handed to the connection at once.
const SIP: usize = 16 * 1024;

/// The most of an error's body that is read for its code.
const ERROR_BODY: usize = 64 * 1024;

/// How fast the operating system must at least get rid of what it was handed last.
const BUFFER_RATE: u64 = 64 * 1024;

/// The most that the operating system is thought to hold back.
const BUFFER: u64 = 1024 * 1024;

/// No date was seen yet.
const UNSEEN: i64 = i64::MIN;

/// What all requests to one cloud share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) up: Limit,
    pub(super) down: Limit,
    pub(super) meter: Meter,
    pub(super) clock: SharedClock,
    /// How long a connection may be silent.
    pub(super) silence: Duration,
    /// How far the cloud's clock is ahead, in milliseconds.
    skew: AtomicI64,
}

impl Shared {
    pub(super) fn new(up: Limit, down: Limit, clock: SharedClock, silence: Duration) -> Self {
        Self {
            up,
            down,
            meter: Meter::default(),
            clock,
            silence,
            skew: AtomicI64::new(UNSEEN),
        }
    }

    pub(super) fn skew(&self) -> Option<TimeDelta> {
        let skew = self.skew.load(Ordering::Relaxed);
        (skew != UNSEEN).then(|| TimeDelta::milliseconds(skew))
    }

    fn note_date(&self, headers: &HeaderMap) {
        let date = headers.get(DATE).and_then(|date| date.to_str().ok());
        if let Some(date) = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok()) {
            let ahead = date.to_utc() - self.clock.now();
            self.skew.store(ahead.num_milliseconds(), Ordering::Relaxed);
        }
    }
}

/// Makes the lines of one cloud, also those to where its credentials come from.
#[derive(Debug, Clone)]
pub(super) struct Connector(pub(super) Arc<Shared>);

impl Connector {
    /// A line; without TLS only if allowed.
    pub(super) fn line(&self, allow_http: bool) -> Result<Line, reqwest::Error> {
        let client = reqwest::Client::builder()
            .connect_timeout(self.0.silence)
            .https_only(!allow_http)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("lifeboat/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Line {
            client,
            shared: Arc::clone(&self.0),
        })
    }
}

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let allow_http = options
            .get_config_value(&ClientConfigKey::AllowHttp)
            .is_some_and(|value| value == "true");
        let line = self
            .line(allow_http)
            .map_err(|error| object_store::Error::Generic {
                store: "HTTP",
                source: Box::new(error),
            })?;
        Ok(HttpClient::new(line))
    }
}

/// Sends requests to one cloud.
#[derive(Debug, Clone)]
pub(super) struct Line {
    client: reqwest::Client,
    shared: Arc<Shared>,
}

#[async_trait]
impl HttpService for Line {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (head, body) = request.into_parts();
        let url =
            head.uri.to_string().parse().map_err(|error| {
                HttpError::new::<url::ParseError>(HttpErrorKind::Unknown, error)
            })?;
        let mut request = reqwest::Request::new(head.method, url);
        *request.headers_mut() = head.headers;
        let upload = Arc::new(Upload::begin());
        let body = body.collect().await?.to_bytes();
        if !body.is_empty() {
            let sips = sips(body, Arc::clone(&self.shared), Arc::clone(&upload));
            *request.body_mut() = Some(reqwest::Body::wrap_stream(sips));
        }
        let answered = tokio::select! {
            answered = self.client.execute(request) => answered.map_err(transport),
            silence = self.watch(&upload) => Err(HttpError::new(HttpErrorKind::Timeout, silence)),
        };
        let judged = match answered {
            Ok(response) => self.judge(response).await,
            Err(error) => Err(error),
        };
        if judged.is_err() {
            self.shared.meter.sent_again(upload.sent());
        }
        judged
    }
}

impl Line {
    /// Ends once nothing was handed over for too long, or the last is handed over and no answer comes.
    async fn watch(&self, upload: &Upload) -> Silence {
        loop {
            let (moved, sent) = upload.progress();
            let buffered = (sent as u64).min(BUFFER) * 1000 / BUFFER_RATE;
            let deadline = moved + self.shared.silence + Duration::from_millis(buffered);
            if Instant::now() >= deadline {
                return Silence(self.shared.silence);
            }
            sleep_until(deadline).await;
        }
    }

    /// Lets only successes pass.
    async fn judge(&self, response: reqwest::Response) -> Result<HttpResponse, HttpError> {
        self.shared.note_date(response.headers());
        let silence = self.shared.silence;
        if response.status().is_success() {
            let (status, headers) = (response.status(), response.headers().clone());
            let chunks = Box::pin(response.bytes_stream());
            let frames = stream::unfold(Some(chunks), move |chunks| async move {
                let mut chunks = chunks?;
                match timeout(silence, chunks.next()).await {
                    Ok(Some(Ok(chunk))) => Some((Ok(Frame::data(chunk)), Some(chunks))),
                    Ok(Some(Err(error))) => Some((Err(transport(error)), None)),
                    Ok(None) => None,
                    Err(_) => {
                        let error = HttpError::new(HttpErrorKind::Timeout, Silence(silence));
                        Some((Err(error), None))
                    }
                }
            });
            let mut response = HttpResponse::new(HttpResponseBody::new(StreamBody::new(frames)));
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            return Ok(response);
        }
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        // An answer without a readable body is judged by its status alone.
        let body = timeout(silence, beginning(response))
            .await
            .unwrap_or_default();
        Err(HttpError::new(
            HttpErrorKind::Unknown,
            Answer {
                status,
                code: code(&String::from_utf8_lossy(&body)),
                retry_after: retry_after(&headers),
                is_hidden: headers.contains_key("x-amz-delete-marker"),
            },
        ))
    }
}

/// How far one upload is.
#[derive(Debug)]
struct Upload(Mutex<(Instant, usize)>);

impl Upload {
    fn begin() -> Self {
        Self(Mutex::new((Instant::now(), 0)))
    }

    fn moved(&self, bytes: usize) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = (Instant::now(), state.1 + bytes);
    }

    /// When something moved last, and how much was sent.
    fn progress(&self) -> (Instant, usize) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sent(&self) -> usize {
        self.progress().1
    }
}

/// A body in sips, each waiting for its turn.
fn sips(
    body: Bytes,
    shared: Arc<Shared>,
    upload: Arc<Upload>,
) -> impl Stream<Item = Result<Bytes, HttpError>> + Send + 'static {
    stream::unfold((body, shared, upload), |(mut left, shared, upload)| async {
        if left.is_empty() {
            return None;
        }
        let sip = left.split_to(SIP.min(left.len()));
        shared.up.pass(sip.len()).await;
        shared.meter.sent(sip.len());
        upload.moved(sip.len());
        Some((Ok(sip), (left, shared, upload)))
    })
}

async fn beginning(mut response: reqwest::Response) -> Vec<u8> {
    let mut body = Vec::new();
    while body.len() < ERROR_BODY
        && let Ok(Some(chunk)) = response.chunk().await
    {
        body.extend_from_slice(&chunk[..chunk.len().min(ERROR_BODY - body.len())]);
    }
    body
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

fn transport(error: reqwest::Error) -> HttpError {
    let kind = if error.is_timeout() {
        HttpErrorKind::Timeout
    } else if error.is_connect() {
        HttpErrorKind::Connect
    } else {
        HttpErrorKind::Interrupted
    };
    // The URL of an Azure request may hold a signature.
    HttpError::new(kind, error.without_url())
}
