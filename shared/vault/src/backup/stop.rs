//! The first failure of a run ends it everywhere.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::BackupError;

/// Shared by all parts of a run.
#[derive(Debug, Default)]
pub(crate) struct Stop {
    is_set: AtomicBool,
    why: Mutex<Option<BackupError>>,
}

impl Stop {
    /// Whether the run is over.
    pub(crate) fn is_set(&self) -> bool {
        self.is_set.load(Ordering::Acquire)
    }

    /// Ends the run; the first reason counts.
    pub(crate) fn set(&self, why: BackupError) {
        let mut first = self.why.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert(why);
        self.is_set.store(true, Ordering::Release);
    }

    /// The reason, if the run is over.
    pub(crate) fn take(&self) -> Option<BackupError> {
        let mut first = self.why.lock().unwrap_or_else(PoisonError::into_inner);
        first.take()
    }
}
