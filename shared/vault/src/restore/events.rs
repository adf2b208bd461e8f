//! What a restore tells while it goes on.

use std::fmt::Debug;
use std::sync::Arc;

use snapshot::Snapshot;

/// Something that those who wait should know.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// Something that must not be overlooked.
    Warning(String),
    /// Something good to know.
    Note(String),
    /// The restore of one source begins.
    Begins {
        /// The name of the source.
        source: String,
        /// Bytes that will be written.
        bytes: u64,
        /// Whether an earlier, killed restore had begun it: what that fetched is used.
        resumed: bool,
    },
    /// So many more bytes are in their files.
    Written(u64),
    /// A source is restored and proved, byte for byte.
    Restored {
        /// The name of the source.
        source: String,
    },
    /// A system is loaded into its database and can be used from now on.
    Usable {
        /// The name of the source.
        source: String,
        /// The name of the system.
        system: String,
        /// What is served now.
        snapshot: Box<Snapshot>,
    },
}

/// Is told how far a restore has come. Called from several threads.
pub trait Events: Debug + Send + Sync {
    /// Something happened.
    fn tell(&self, event: Event);
}

/// Events that several threads tell.
pub type SharedEvents = Arc<dyn Events>;

/// For those who do not wait.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unheard;

impl Events for Unheard {
    fn tell(&self, _: Event) {}
}
