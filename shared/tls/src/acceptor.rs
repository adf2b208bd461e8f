use std::fmt;
use std::sync::Arc;

use rustls::ServerConfig;

use crate::reload::Generation;

/// What a listener accepts TLS connections with.
#[derive(Clone)]
pub struct Acceptor {
    config: Arc<ServerConfig>,
    generation: Generation,
}

impl Acceptor {
    pub(crate) fn new(config: ServerConfig, generation: Generation) -> Self {
        Self {
            config: Arc::new(config),
            generation,
        }
    }

    /// The configuration of the next connection, good for all of them: what changes is behind it.
    #[must_use]
    pub fn config(&self) -> Arc<ServerConfig> {
        self.config.clone()
    }

    /// To be taken before a connection is accepted.
    #[must_use]
    pub fn era(&self) -> Era {
        Era {
            made: self.generation.current(),
            generation: self.generation.clone(),
        }
    }
}

impl fmt::Debug for Acceptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acceptor")
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

/// Under which certificates a connection was made.
#[derive(Clone, Debug)]
pub struct Era {
    made: u64,
    generation: Generation,
}

impl Era {
    /// Whether certificates, authorities or revocations have changed since: the other side may not be believed any
    /// more, and the connection should be closed after the answer that is on its way.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.generation.current() != self.made
    }
}
