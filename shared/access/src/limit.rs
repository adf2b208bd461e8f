//! How often somebody may ask: one [`Limit`] each for persons, programs, addresses, and all together.
//!
//! The rule is the generic cell rate algorithm, the same in both places: in the store that copies share, so that a limit
//! holds across copies, and in the process. When the store is down, each copy limits by itself with the full rate: people
//! go on being served, and a flood reaches at most as many times the rate as there are copies. That is logged and
//! counted (`lifeboat_rate_limit_fallback_total`).

mod local;
mod shared;

use std::fmt;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use runtime::clock::SharedClock;

use crate::replay::{Replay, ReplayUnavailable};
use crate::store::{SharedStore, StoreDown};
use local::Local;

/// How long the store is left alone after it failed, in milliseconds, so that requests do not wait for it in turn.
const PAUSE: i64 = 1000;

/// The shortest time between two requests that a rate can ask for.
const SHORTEST: Duration = Duration::from_micros(1);

/// So many requests in so long, and so many at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The time between two requests in the long run.
    interval: Duration,
    /// How many may come at once after a pause.
    burst: NonZeroU32,
}

impl Rate {
    /// `requests` per `period` in the long run, up to `burst` of them at once.
    #[must_use]
    pub fn new(requests: NonZeroU32, period: Duration, burst: NonZeroU32) -> Self {
        Self {
            interval: (period / requests.get()).max(SHORTEST),
            burst,
        }
    }
}

/// Whether a request is within its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is.
    Allowed,
    /// It is not: answer 429 with `Retry-After`.
    Limited {
        /// When the next one will be.
        retry_after: Duration,
    },
}

/// One limit for many keys, each counted for itself.
pub struct Limit {
    name: &'static str,
    rate: Rate,
    local: Local,
    store: Option<SharedStore>,
    clock: SharedClock,
    /// When to try the store again, in milliseconds since 1970.
    store_again: AtomicI64,
}

impl Limit {
    /// A limit called `name` (in metrics and in the store), in this process or, with a store, across all copies.
    #[must_use]
    pub fn new(
        name: &'static str,
        rate: Rate,
        store: Option<SharedStore>,
        clock: SharedClock,
    ) -> Self {
        if store.is_some() {
            count_fallback(name, 0);
        }
        Self {
            name,
            rate,
            local: Local::new(rate, clock.clone()),
            store,
            store_again: AtomicI64::new(i64::MIN),
            clock,
        }
    }

    /// Counts a request of `key`, if it is within the limit. The key is hashed and kept for as long as it counts.
    pub async fn check(&self, key: &str) -> Decision {
        let Some(store) = &self.store else {
            return self.local.check(key);
        };
        let now = self.clock.now().timestamp_millis();
        if now >= self.store_again.load(Ordering::Relaxed) {
            if let Ok(decision) = shared::check(store, self.name, self.rate, key).await {
                return decision;
            }
            self.store_again
                .store(now.saturating_add(PAUSE), Ordering::Relaxed);
            tracing::warn!(
                limit = self.name,
                "the shared store does not answer: limiting in this process alone"
            );
        }
        count_fallback(self.name, 1);
        self.local.check(key)
    }
}

/// So many requests more were counted in this process alone.
fn count_fallback(limit: &'static str, requests: u64) {
    metrics::counter!("lifeboat_rate_limit_fallback_total", "limit" => limit).increment(requests);
}

/// What came of a request that proves itself with something that may be used once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It was used before; the request was not counted.
    Replayed,
    /// It is used up now, and the request was counted.
    Counted(Decision),
}

impl Limit {
    /// Uses up `used` and counts a request of `key`, in this order: who repeats somebody's request must not use up
    /// their rate. One step of the store, where both are kept in one.
    ///
    /// # Errors
    /// See [`ReplayUnavailable`]. The caller refuses then: an unknown is a replay.
    pub async fn check_first_use(
        &self,
        key: &str,
        replay: &Replay,
        used: &str,
        ttl: Duration,
    ) -> Result<Admission, ReplayUnavailable> {
        if let (Replay::Shared(store), Some(own)) = (replay, &self.store)
            && store.is(own)
        {
            let once = (used, ttl);
            let checked = shared::check_first_use(store, self.name, self.rate, key, once);
            return match checked.await {
                Ok(Some(decision)) => Ok(Admission::Counted(decision)),
                Ok(None) => Ok(Admission::Replayed),
                Err(StoreDown) => Err(ReplayUnavailable::Down),
            };
        }
        if replay.first_use(used, ttl).await? {
            Ok(Admission::Counted(self.check(key).await))
        } else {
            Ok(Admission::Replayed)
        }
    }
}

impl fmt::Debug for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limit")
            .field("name", &self.name)
            .field("rate", &self.rate)
            .finish_non_exhaustive()
    }
}
