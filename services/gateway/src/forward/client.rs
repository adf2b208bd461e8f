//! The HTTP client towards services: one for each worker, kept alive, never across threads.

use std::time::Duration;

use actix_web::web::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::settings::Forwarding;

/// Calls services. Make one on each worker's own thread; clones share its connections.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pool: Pool<HttpConnector, Full<Bytes>>,
    timeout: Duration,
    answer_bytes: usize,
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
}

impl Client {
    pub(crate) fn new(settings: &Forwarding) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(Duration::from_millis(settings.connect_timeout_ms)));
        let pool = Pool::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(settings.idle_s))
            .build(connector);
        Self {
            pool,
            timeout: Duration::from_millis(settings.timeout_ms),
            answer_bytes: settings.answer_bytes,
        }
    }

    /// Sends `request` and reads the whole answer.
    pub(crate) async fn call(&self, request: Request<Full<Bytes>>) -> Result<Answer, CallError> {
        tokio::time::timeout(self.timeout, async {
            let (head, body) = self.pool.request(request).await.map(Response::into_parts)?;
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
