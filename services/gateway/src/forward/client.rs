//! The HTTP client towards services: one for each worker, kept alive, never across threads.
//!
//! A service closes kept connections when it leaves, and a request may be on its way on one of them at that moment. Nobody
//! can tell then whether it was read, so only what may be asked twice goes on a kept connection (RFC 9110 §9.2.2).

use std::convert::Infallible;
use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderValue};
use hyper::{Request, Response};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use tls::{Outbound, Renewed};

use crate::settings::Forwarding;

/// Calls services. Make one on each worker's own thread; clones share its connections.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pools: Arc<Renewed<Pools>>,
    timeout: Duration,
    answer_bytes: usize,
}

type Connector = HttpsConnector<HttpConnector>;

#[derive(Debug)]
struct Pools {
    kept: Pool<Connector, Full<Bytes>>,
    fresh: Pool<Connector, Full<Bytes>>,
}

/// The connection that a request goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// One that is kept alive; the service may be closing it at this moment.
    Kept,
    /// One of its own, which the service closes after the answer.
    Fresh,
}

/// A whole answer of a service.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) head: hyper::http::response::Parts,
    pub(crate) body: Bytes,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    /// No connection, or it broke off.
    #[error("no answer: {0}")]
    Broken(#[from] hyper_util::client::legacy::Error),
    /// The answer broke off.
    #[error("the answer broke off: {0}")]
    Cut(#[from] hyper::Error),
    /// It took too long.
    #[error("no answer in time")]
    Slow,
    /// The answer is larger than is taken.
    #[error("the answer is too large")]
    TooLarge,
}

impl CallError {
    /// Whether the connection broke before anything of an answer was seen: a kept connection that the service closed
    /// in the same moment looks like this.
    pub(crate) fn is_before_answer(&self) -> bool {
        matches!(self, Self::Broken(error) if !error.is_connect())
    }

    /// Whether no connection came to be, and soon: a copy of the service that has just died refuses or breaks the handshake, until
    /// whatever leads to the copies leaves it out.
    pub(crate) fn is_before_request(&self) -> bool {
        matches!(self, Self::Broken(error) if error.is_connect() && !took_too_long(error))
    }
}

impl Client {
    pub(crate) fn new(settings: &Forwarding, outbound: &Outbound) -> Self {
        let Outbound { config, generation } = outbound.clone();
        let forwarding = settings.clone();
        let pools = move || Ok::<_, Infallible>(pools(config.clone(), &forwarding));
        let Ok(pools) = Renewed::new(generation, pools);
        Self {
            pools: Arc::new(pools),
            timeout: Duration::from_millis(settings.timeout_ms),
            answer_bytes: settings.answer_bytes,
        }
    }

    /// Sends `request` and reads the whole answer.
    pub(crate) async fn call(
        &self,
        mut request: Request<Full<Bytes>>,
        way: Way,
    ) -> Result<Answer, CallError> {
        if way == Way::Fresh {
            // The service closes first, so that no port of this host waits for late packets.
            let close = HeaderValue::from_static("close");
            request.headers_mut().insert(CONNECTION, close);
        }
        let asked = self.pools.with(|pools| match way {
            Way::Kept => pools.kept.request(request),
            Way::Fresh => pools.fresh.request(request),
        });
        tokio::time::timeout(self.timeout, async {
            let (head, body) = asked.await.map(Response::into_parts)?;
            Ok(Answer {
                head,
                body: self.read(body).await?,
            })
        })
        .await
        .unwrap_or(Err(CallError::Slow))
    }

    async fn read(&self, mut body: Incoming) -> Result<Bytes, CallError> {
        let mut first = Bytes::new();
        let mut all: Option<BytesMut> = None;
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame?.into_data() else {
                continue;
            };
            if first.len().max(all.as_ref().map_or(0, BytesMut::len)) + data.len()
                > self.answer_bytes
            {
                return Err(CallError::TooLarge);
            }
            match &mut all {
                Some(all) => all.extend_from_slice(&data),
                // Most answers come in one piece, which is then passed on as it is.
                None if first.is_empty() => first = data,
                None => {
                    let mut joined = BytesMut::with_capacity(first.len() + 2 * data.len());
                    joined.extend_from_slice(&first);
                    joined.extend_from_slice(&data);
                    all = Some(joined);
                }
            }
        }
        Ok(all.map_or(first, BytesMut::freeze))
    }
}

/// Whether an error comes from waiting in vain.
fn took_too_long(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let system = error.downcast_ref::<io::Error>();
        if system.is_some_and(|error| error.kind() == io::ErrorKind::TimedOut) {
            return true;
        }
        cause = error.source();
    }
    false
}

fn pools(config: ClientConfig, settings: &Forwarding) -> Pools {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(Duration::from_millis(settings.connect_timeout_ms)));
    connector.enforce_http(false);
    let connector = HttpsConnector::from((connector, config));
    let kept = Pool::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(Duration::from_secs(settings.idle_s))
        .build(connector.clone());
    let fresh = Pool::builder(TokioExecutor::new())
        .pool_max_idle_per_host(0)
        .build(connector);
    Pools { kept, fresh }
}
