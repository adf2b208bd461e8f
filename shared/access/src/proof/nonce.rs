use std::fmt;
use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};
use aws_lc_rs::hmac;
use runtime::clock::SharedClock;

use crate::{secret, strict};

/// How long one nonce is given out, in seconds. It is taken for one to two times as long.
const PERIOD: i64 = 150;

/// The shortest key, in bytes.
const MIN_KEY: usize = 32;

/// The key is too short to be secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key for nonces has fewer than 32 bytes, or the system has no randomness to give")]
pub struct WeakNonceKey;

/// Nonces for proofs (RFC 9449 §8), without a store: the time, sealed by a key that all copies share. They keep a caller
/// from making proofs ahead of time, for when the key is no longer at hand.
pub struct Nonces {
    key: hmac::Key,
    clock: SharedClock,
    recent: ArcSwap<Recent>,
}

/// The nonces that are taken during one period: its own, the one before, and the next, which a copy whose clock is ahead
/// issues already.
struct Recent {
    period: i64,
    nonces: [String; 3],
}

impl Nonces {
    /// Nonces that every copy with the same `key` (at least 32 bytes) takes.
    ///
    /// # Errors
    /// [`WeakNonceKey`].
    pub fn new(key: &[u8], clock: SharedClock) -> Result<Self, WeakNonceKey> {
        if key.len() < MIN_KEY {
            return Err(WeakNonceKey);
        }
        let key = hmac::Key::new(hmac::HMAC_SHA256, key);
        let recent = ArcSwap::from_pointee(Recent::of(&key, period(&clock)));
        Ok(Self { key, clock, recent })
    }

    /// Nonces that only this process takes.
    ///
    /// # Errors
    /// [`WeakNonceKey`], when the system has no randomness to give.
    pub fn random(clock: SharedClock) -> Result<Self, WeakNonceKey> {
        let mut key = zeroize::Zeroizing::new([0_u8; MIN_KEY]);
        aws_lc_rs::rand::fill(key.as_mut()).map_err(|_| WeakNonceKey)?;
        Self::new(key.as_ref(), clock)
    }

    /// The nonce of now, for `DPoP-Nonce`.
    #[must_use]
    pub fn issue(&self) -> String {
        self.recent().nonces[0].clone()
    }

    /// Whether `nonce` was issued in this period or the one before; or, by a copy whose clock is ahead, in the next.
    #[must_use]
    pub fn check(&self, nonce: &str) -> bool {
        let taken = |one: &String| secret::same(nonce, one);
        self.recent()
            .nonces
            .iter()
            .fold(false, |any, one| any | taken(one))
    }

    fn recent(&self) -> Guard<Arc<Recent>> {
        let now = period(&self.clock);
        let known = self.recent.load();
        if known.period == now {
            return known;
        }
        let new = Arc::new(Recent::of(&self.key, now));
        self.recent.store(Arc::clone(&new));
        Guard::from_inner(new)
    }
}

impl Recent {
    fn of(key: &hmac::Key, period: i64) -> Self {
        let around = [period, period.saturating_sub(1), period.saturating_add(1)];
        let nonce = |period: i64| {
            let tag = hmac::sign(
                key,
                &[b"dpop nonce ".as_slice(), &period.to_be_bytes()].concat(),
            );
            strict::encode(tag.as_ref().get(..24).unwrap_or_default())
        };
        Self {
            period,
            nonces: around.map(nonce),
        }
    }
}

fn period(clock: &SharedClock) -> i64 {
    clock.now().timestamp().div_euclid(PERIOD)
}

impl fmt::Debug for Nonces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nonces").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Duration};
    use runtime::clock::ManualClock;

    use super::*;

    #[test]
    fn a_nonce_is_taken_for_a_bounded_time_by_every_copy_of_the_key() {
        let clock = ManualClock::new(DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let (one, other) = (
            Nonces::new(&[7; 32], clock.clone()),
            Nonces::new(&[7; 32], clock.clone()),
        );
        let (one, other) = (one.unwrap(), other.unwrap());
        let stranger = Nonces::random(clock.clone()).unwrap();
        let nonce = one.issue();
        assert!(other.check(&nonce));
        assert!(!stranger.check(&nonce));
        clock.advance(Duration::seconds(PERIOD));
        assert!(other.check(&nonce));
        clock.advance(Duration::seconds(PERIOD));
        assert!(!other.check(&nonce));
        assert_ne!(one.issue(), nonce);
    }

    #[test]
    fn nothing_else_is_taken() {
        let clock = ManualClock::new(DateTime::UNIX_EPOCH);
        let nonces = Nonces::new(&[7; 32], clock.clone()).unwrap();
        for wrong in [
            "",
            "x",
            &nonces.issue()[1..],
            &format!("{}A", nonces.issue()),
        ] {
            assert!(!nonces.check(wrong));
        }
        assert_eq!(Nonces::new(&[7; 31], clock).err(), Some(WeakNonceKey));
    }
}
