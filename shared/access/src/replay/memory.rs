use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use runtime::clock::SharedClock;

use super::ReplayUnavailable;
use crate::secret;

/// Locks, so that cores seldom wait for one another.
const SHARDS: usize = 16;

/// Entries in all unless told otherwise: about 64 MiB when full.
const CAPACITY: usize = 1 << 20;

/// Half of a SHA-256: nobody finds two identifiers of one such hash, and entries have one size.
type Fingerprint = [u8; 16];

/// Remembers in this process. When full of entries that may still be replayed, it refuses rather than forgets.
pub struct Memory {
    shards: Vec<Mutex<Shard>>,
    capacity: usize,
    clock: SharedClock,
}

#[derive(Default)]
struct Shard {
    seen: HashSet<Fingerprint>,
    due: BinaryHeap<Reverse<(i64, Fingerprint)>>,
}

impl Memory {
    /// An empty memory of the usual size.
    #[must_use]
    pub fn new(clock: SharedClock) -> Self {
        Self::with_capacity(CAPACITY, clock)
    }

    /// An empty memory for about `capacity` entries.
    #[must_use]
    pub fn with_capacity(capacity: usize, clock: SharedClock) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            capacity: capacity.div_ceil(SHARDS).max(1),
            clock,
        }
    }

    /// Whether `key` is used for the first time within `ttl`; of any number of parallel calls one is answered `true`.
    ///
    /// # Errors
    /// [`ReplayUnavailable::Full`].
    pub fn first_use(&self, key: &str, ttl: Duration) -> Result<bool, ReplayUnavailable> {
        let hash = secret::sha256(key.as_bytes());
        let [first, ..] = hash;
        let Some(shard) = self.shards.get(usize::from(first) % SHARDS) else {
            return Err(ReplayUnavailable::Full);
        };
        let mut fingerprint = [0; 16];
        fingerprint.copy_from_slice(&hash[16..]);
        let now = self.clock.now().timestamp_millis();
        let until = now.saturating_add(i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX));
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        shard.forget_due(now);
        if shard.seen.contains(&fingerprint) {
            return Ok(false);
        }
        if shard.seen.len() >= self.capacity {
            return Err(ReplayUnavailable::Full);
        }
        shard.seen.insert(fingerprint);
        shard.due.push(Reverse((until, fingerprint)));
        Ok(true)
    }
}

impl Shard {
    fn forget_due(&mut self, now: i64) {
        while let Some(Reverse((until, _))) = self.due.peek()
            && *until <= now
        {
            if let Some(Reverse((_, fingerprint))) = self.due.pop() {
                self.seen.remove(&fingerprint);
            }
        }
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use chrono::DateTime;
    use runtime::clock::ManualClock;

    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    #[test]
    fn used_once_until_it_expires() {
        let clock = ManualClock::new(DateTime::UNIX_EPOCH);
        let memory = Memory::new(clock.clone());
        assert_eq!(memory.first_use("a", MINUTE), Ok(true));
        assert_eq!(memory.first_use("a", MINUTE), Ok(false));
        assert_eq!(memory.first_use("b", MINUTE), Ok(true));
        clock.advance(chrono::Duration::milliseconds(59_999));
        assert_eq!(memory.first_use("a", MINUTE), Ok(false));
        clock.advance(chrono::Duration::milliseconds(1));
        assert_eq!(memory.first_use("a", MINUTE), Ok(true));
    }

    #[test]
    fn of_parallel_uses_exactly_one_is_the_first() {
        let memory = Memory::new(ManualClock::new(DateTime::UNIX_EPOCH));
        let firsts = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for round in 0..200 {
                        if memory.first_use(&format!("key {round}"), MINUTE).unwrap() {
                            firsts.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        assert_eq!(firsts.into_inner(), 200);
    }

    #[test]
    fn a_full_memory_refuses_and_forgets_nothing() {
        let clock = ManualClock::new(DateTime::UNIX_EPOCH);
        let memory = Memory::with_capacity(SHARDS * 4, Arc::clone(&clock) as SharedClock);
        let accepted: Vec<String> = (0..1000)
            .map(|number| number.to_string())
            .filter(|key| memory.first_use(key, MINUTE) == Ok(true))
            .collect();
        assert_eq!(accepted.len(), SHARDS * 4);
        assert_eq!(
            memory.first_use("one more", MINUTE),
            Err(ReplayUnavailable::Full)
        );
        for key in &accepted {
            assert_eq!(memory.first_use(key, MINUTE), Ok(false));
        }
        clock.advance(chrono::Duration::seconds(61));
        assert_eq!(memory.first_use("one more", MINUTE), Ok(true));
    }
}
