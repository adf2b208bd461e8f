//! Who watches a run.

use std::fmt::Debug;
use std::io;

/// The transitions of a run: after each of them the program may die, and the next run goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// A new generation's keyring lies in the state folder.
    KeyringMade,
    /// It is on the clouds.
    KeyringPut,
    /// The epoch is on the clouds.
    EpochPut,
    /// The journal says so.
    RunBegun,
    /// The journal says that a pack is about to be sent.
    PackSending,
    /// The pack is on the clouds.
    PackPut,
    /// The journal says so.
    PackStored,
    /// All packs are stored, those of the manifests too.
    PacksDone,
    /// The catalogue is on the clouds.
    CataloguePut,
    /// Head and catalogue lie in the state folder.
    HeadMade,
    /// The journal says that the run is ending.
    EndingNoted,
    /// The head is on the clouds.
    HeadPut,
    /// The journal says that the run ended.
    RunEnded,
    /// What the next run needs is in its place.
    StatePromoted,
}

impl Step {
    /// All of them, in the order in which a run goes through them.
    pub const ALL: [Self; 14] = [
        Self::KeyringMade,
        Self::KeyringPut,
        Self::EpochPut,
        Self::RunBegun,
        Self::PackSending,
        Self::PackPut,
        Self::PackStored,
        Self::PacksDone,
        Self::CataloguePut,
        Self::HeadMade,
        Self::EndingNoted,
        Self::HeadPut,
        Self::RunEnded,
        Self::StatePromoted,
    ];
}

/// Is told how a run goes. Called from several threads; must not block for long.
pub trait Observer: Send + Sync + Debug {
    /// A transition is behind us. An error ends the run there, as an error of the state folder would; tests use it, and
    /// end the process here.
    ///
    /// # Errors
    /// When the run shall end.
    fn reached(&self, step: Step) -> io::Result<()> {
        let _ = step;
        Ok(())
    }

    /// The sources have so many bytes, as far as they say.
    fn total(&self, bytes: u64) {
        let _ = bytes;
    }

    /// So many bytes more were read.
    fn read(&self, bytes: u64) {
        let _ = bytes;
    }

    /// So many bytes more, over all clouds, are stored.
    fn stored(&self, bytes: u64) {
        let _ = bytes;
    }

    /// Something to know.
    fn note(&self, words: &str) {
        let _ = words;
    }

    /// Something to act on.
    fn warn(&self, words: &str) {
        let _ = words;
    }
}

/// Watches nothing.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Observer for Silent {}
