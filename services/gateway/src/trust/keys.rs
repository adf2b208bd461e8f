//! Identity's public keys: read on a timer, and once in each interval when a token names a key that is not known.

use std::sync::Arc;
use std::time::{Duration, Instant};

use access::keys::KeySet;
use access::token::AccessVerifier;

use super::{Asker, Early, Read, UnknownKey};

const PATH: &str = "/.well-known/jwks.json";
/// After a failed read.
const RETRY: Duration = Duration::from_secs(1);

/// Keeps a verifier's keys current.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) asker: Asker,
    pub(crate) verifier: Arc<AccessVerifier>,
    pub(crate) unknown: UnknownKey,
    pub(crate) interval: Duration,
}

impl Keys {
    /// Reads again and again.
    pub(crate) async fn watch(self) {
        let mut early = Early {
            interval: self.interval,
            last: None,
        };
        loop {
            let pause = if self.read().await {
                self.interval
            } else {
                RETRY.min(self.interval)
            };
            let timer = tokio::time::sleep(pause);
            tokio::pin!(timer);
            loop {
                tokio::select! {
                    () = &mut timer => break,
                    () = self.unknown.0.notified() => if early.allows(Instant::now()) { break },
                }
            }
        }
    }

    async fn read(&self) -> bool {
        metrics::counter!("lifeboat_gateway_key_reads_total").increment(1);
        let Some(Read::Body(body, _)) = self.asker.read(PATH, None).await else {
            return false;
        };
        let keys = std::str::from_utf8(&body).ok().map(KeySet::from_jwks);
        match keys {
            Some(Ok(keys)) => {
                self.verifier.set_keys(keys);
                true
            }
            Some(Err(error)) => {
                tracing::error!(%error, "identity's keys were refused; the known ones stay");
                false
            }
            None => false,
        }
    }
}
