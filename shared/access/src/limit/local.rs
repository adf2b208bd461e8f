use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use runtime::clock::SharedClock;

use super::{Decision, Rate};
use crate::secret;

/// Keys counted at once: some 10 MiB.
const CAPACITY: usize = 100_000;

/// Calls between two looks at how many keys there are.
const TIDY_EVERY: u64 = 1024;

/// A key without its contents, and of one size.
type Fingerprint = [u8; 16];

/// The injected clock, as the limiter reads it.
#[derive(Clone, Debug)]
struct Since1970(SharedClock);

impl Clock for Since1970 {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.now().timestamp_micros()).unwrap_or_default())
    }
}

/// Counts in this process, in bounded memory: when too many keys are counted at once, new requests share a few thousand
/// places, and are limited together with whom they share one.
pub(super) struct Local {
    limiter: RateLimiter<
        Fingerprint,
        DashMapStateStore<Fingerprint>,
        Since1970,
        NoOpMiddleware<Duration>,
    >,
    clock: Since1970,
    capacity: usize,
    calls: AtomicU64,
    crowded: AtomicBool,
}

impl Local {
    pub(super) fn new(rate: Rate, clock: SharedClock) -> Self {
        Self::with_capacity(CAPACITY, rate, clock)
    }

    fn with_capacity(capacity: usize, rate: Rate, clock: SharedClock) -> Self {
        let clock = Since1970(clock);
        // A period of zero is the only one that is refused, and rates have none.
        let quota = Quota::with_period(rate.interval).unwrap_or(Quota::per_second(rate.burst));
        Self {
            limiter: RateLimiter::dashmap_with_clock(quota.allow_burst(rate.burst), clock.clone()),
            clock,
            capacity,
            calls: AtomicU64::new(0),
            crowded: AtomicBool::new(false),
        }
    }

    pub(super) fn check(&self, key: &str) -> Decision {
        if self
            .calls
            .fetch_add(1, Ordering::Relaxed)
            .is_multiple_of(TIDY_EVERY)
        {
            self.tidy();
        }
        match self.limiter.check_key(&self.place_of(key)) {
            Ok(()) => Decision::Allowed,
            Err(until) => Decision::Limited {
                retry_after: until.wait_time_from(self.clock.now()),
            },
        }
    }

    fn place_of(&self, key: &str) -> Fingerprint {
        let [first, second, rest @ ..] = secret::sha256(key.as_bytes());
        let mut place = [0; 16];
        place[0] = first;
        place[1] = second & 0x0f;
        if !self.crowded.load(Ordering::Relaxed) {
            place[1] = second;
            place[2..].copy_from_slice(&rest[..14]);
        }
        place
    }

    /// Drops the keys that no longer count, if there are too many.
    fn tidy(&self) {
        if self.limiter.len() > self.capacity {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        self.crowded
            .store(self.limiter.len() > self.capacity, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use chrono::DateTime;
    use runtime::clock::ManualClock;

    use super::*;

    #[test]
    fn a_flood_of_keys_fills_bounded_memory_and_is_limited_all_the_same() {
        let clock = ManualClock::new(DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let one = NonZeroU32::MIN;
        let rate = Rate::new(one, Duration::from_hours(1), one);
        let local = Local::with_capacity(5_000, rate, clock.clone());
        let allowed = (0..50_000)
            .filter(|key| local.check(&key.to_string()) == Decision::Allowed)
            .count();
        let most = 5_000 + 1024 + 4096;
        assert!(local.limiter.len() <= most, "{}", local.limiter.len());
        assert!(allowed <= most, "{allowed}");
        clock.advance(chrono::Duration::hours(2));
        for key in 0..2_000 {
            local.check(&key.to_string());
        }
        assert!(!local.crowded.load(Ordering::Relaxed));
        assert!(local.limiter.len() <= 3_000);
    }
}
