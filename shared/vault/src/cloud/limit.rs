//! Keeps the flow of bytes below what the settings allow.

use std::num::NonZeroU32;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

/// The most that is let through at once, so that a limited flow stays even.
const SIP: u32 = 16 * 1024;

/// One direction of one cloud.
#[derive(Debug)]
pub(super) struct Limit {
    /// The limiter and the most that it lets through at once.
    limited: Option<(DefaultDirectRateLimiter, NonZeroU32)>,
}

impl Limit {
    pub(super) fn new(bytes_a_second: Option<NonZeroU32>) -> Self {
        let limited = bytes_a_second.map(|rate| {
            // A tenth of a second's worth may come at once.
            let burst = NonZeroU32::new(rate.get() / 10).map_or(NonZeroU32::MIN, |tenth| {
                tenth.max(NonZeroU32::new(SIP).map_or(tenth, |sip| sip.min(rate)))
            });
            (
                RateLimiter::direct(Quota::per_second(rate).allow_burst(burst)),
                burst,
            )
        });
        Self { limited }
    }

    /// Waits until so many bytes may flow.
    pub(super) async fn pass(&self, bytes: usize) {
        let Some((limiter, burst)) = &self.limited else {
            return;
        };
        let mut left = bytes;
        while let Some(wanted) = NonZeroU32::new(u32::try_from(left).unwrap_or(u32::MAX)) {
            let now = wanted
                .min(*burst)
                .min(NonZeroU32::new(SIP).unwrap_or(wanted));
            // It refuses only what exceeds the burst.
            let _passed = limiter.until_n_ready(now).await;
            left -= now.get() as usize;
        }
    }
}
