//! What the gateway takes identity's word for: its keys, and which tokens were revoked. Both are read in the background;
//! a request never waits for them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use access::caller::Caller;
use access::internal::InternalSigner;
use actix_web::web::Bytes;
use hyper::header::{ETAG, HeaderValue, IF_NONE_MATCH};
use hyper::http::uri::PathAndQuery;
use hyper::{Method, StatusCode};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::forward::client::Client;
use crate::forward::send::Outgoing;
use crate::forward::upstream::Upstream;

mod keys;
mod revocations;

pub(crate) use keys::Keys;
pub(crate) use revocations::{Revocations, Standing};

/// How identity is asked.
#[derive(Clone, Debug)]
pub(crate) struct Asker {
    pub(crate) identity: Arc<Upstream>,
    pub(crate) client: Client,
    pub(crate) signer: Arc<InternalSigner>,
}

/// What identity answered.
#[derive(Debug)]
enum Read {
    /// What was known already, by its tag.
    Unchanged,
    /// This, with its tag.
    Body(Bytes, Option<HeaderValue>),
}

impl Asker {
    /// Reads `path` unless it is still what the tag `known` stands for; `None`, with the reason in the log, where there is
    /// no answer.
    async fn read(&self, path: &'static str, known: Option<&HeaderValue>) -> Option<Read> {
        let caller = Caller::service(self.signer.service());
        let headers = known
            .map(|tag| (IF_NONE_MATCH, tag.clone()))
            .into_iter()
            .collect();
        let outgoing = Outgoing {
            upstream: &self.identity,
            method: Method::GET,
            target: PathAndQuery::from_static(path),
            headers,
            body: Bytes::new(),
            caller: &caller,
            request_id: Uuid::now_v7(),
        };
        let answer = match outgoing.send(&self.client, &self.signer).await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::warn!(path, reason = error.name(), "identity did not answer");
                return None;
            }
        };
        match answer.head.status {
            StatusCode::OK => Some(Read::Body(
                answer.body,
                answer.head.headers.get(ETAG).cloned(),
            )),
            StatusCode::NOT_MODIFIED if known.is_some() => Some(Read::Unchanged),
            status => {
                tracing::warn!(path, status = status.as_u16(), "identity did not answer");
                None
            }
        }
    }
}

/// Wakes the reader of keys when a token names a key that is not known.
#[derive(Clone, Debug, Default)]
pub(crate) struct UnknownKey(Arc<Notify>);

impl UnknownKey {
    pub(crate) fn seen(&self) {
        self.0.notify_one();
    }
}

/// Allows one early read in each interval, however many ask for it.
#[derive(Debug)]
struct Early {
    interval: Duration,
    last: Option<Instant>,
}

impl Early {
    fn allows(&mut self, now: Instant) -> bool {
        let allowed = self
            .last
            .is_none_or(|last| now.duration_since(last) >= self.interval);
        if allowed {
            self.last = Some(now);
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_unknown_keys_allows_one_read_an_interval() {
        let mut early = Early {
            interval: Duration::from_secs(30),
            last: None,
        };
        let start = Instant::now();
        let allowed = (0..9_000)
            .filter(|tick| early.allows(start + Duration::from_millis(tick * 10)))
            .count();
        assert_eq!(allowed, 3);
    }
}
