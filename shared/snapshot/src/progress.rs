//! How far a load has come, for those who wait.

use std::fmt;
use std::sync::Arc;

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Hashing the parts; counted in bytes.
    Verify,
    /// Reading, checking and (when loading) writing rows; counted in bytes of the parts.
    Rows,
    /// Building keys and indexes; counted in tables.
    Index,
    /// Counting rows and asking the probes; counted in questions.
    Probe,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Verify => "hash",
            Self::Rows => "rows",
            Self::Index => "index",
            Self::Probe => "probe",
        })
    }
}

/// Is told how far a load or a check has come. Called from several threads.
pub trait Progress: Send + Sync {
    /// A phase begins; `total` is in the phase's own unit.
    fn begin(&self, phase: Phase, total: u64);
    /// So much more of the phase is done.
    fn advance(&self, by: u64);
    /// Something that the operator should know.
    fn note(&self, words: &str);
    /// Something that the operator must not overlook.
    fn warn(&self, words: &str) {
        self.note(words);
    }
}

/// Progress that several threads tell.
pub type SharedProgress = Arc<dyn Progress>;

/// For those who do not wait.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _: Phase, _: u64) {}
    fn advance(&self, _: u64) {}
    fn note(&self, _: &str) {}
}
