//! What may be used once: proofs, assertions, internal tokens.

mod memory;

use std::fmt;
use std::time::Duration;

use runtime::clock::SharedClock;

use crate::store::SharedStore;

pub use memory::Memory;

/// Remembers what was used; of any number of parallel uses exactly one is the first.
pub enum Replay {
    /// In this process: right for a single copy of a service.
    Memory(Memory),
    /// For all copies of a service.
    Shared(SharedStore),
}

impl Replay {
    /// Remembers in this process.
    #[must_use]
    pub fn memory(clock: SharedClock) -> Self {
        Self::Memory(Memory::new(clock))
    }

    /// Remembers in the store that all copies share.
    #[must_use]
    pub fn shared(store: SharedStore) -> Self {
        Self::Shared(store)
    }

    /// Whether `key` is used for the first time within `ttl`. The key is hashed before it leaves the process.
    ///
    /// # Errors
    /// See [`ReplayUnavailable`]. The caller refuses then: an unknown is a replay.
    pub async fn first_use(&self, key: &str, ttl: Duration) -> Result<bool, ReplayUnavailable> {
        match self {
            Self::Memory(memory) => memory.first_use(key, ttl),
            Self::Shared(store) => store
                .claim(key, ttl)
                .await
                .map_err(|_| ReplayUnavailable::Down),
        }
    }
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Memory(_) => "Replay::Memory",
            Self::Shared(_) => "Replay::Shared",
        })
    }
}

/// Whether something was used before cannot be said now. Callers refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplayUnavailable {
    /// More unexpired entries than memory is given for.
    #[error("the store of used identifiers is full")]
    Full,
    /// The shared store does not answer.
    #[error("the store of used identifiers does not answer")]
    Down,
}
