//! How many bytes flowed.

use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of objects, without headers, since the cloud was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Sent to the cloud.
    pub sent: u64,
    /// Of those, sent before without effect.
    pub sent_again: u64,
    /// Received from the cloud.
    pub fetched: u64,
    /// Of those, received before.
    pub fetched_again: u64,
}

/// Counts while others look.
#[derive(Debug, Default)]
pub(super) struct Meter {
    sent: AtomicU64,
    sent_again: AtomicU64,
    fetched: AtomicU64,
    fetched_again: AtomicU64,
}

impl Meter {
    pub(super) fn sent(&self, bytes: usize) {
        add(&self.sent, bytes);
    }

    pub(super) fn sent_again(&self, bytes: usize) {
        add(&self.sent_again, bytes);
    }

    pub(super) fn fetched(&self, bytes: usize) {
        add(&self.fetched, bytes);
    }

    pub(super) fn fetched_again(&self, bytes: usize) {
        add(&self.fetched_again, bytes);
    }

    pub(super) fn so_far(&self) -> Traffic {
        Traffic {
            sent: self.sent.load(Ordering::Relaxed),
            sent_again: self.sent_again.load(Ordering::Relaxed),
            fetched: self.fetched.load(Ordering::Relaxed),
            fetched_again: self.fetched_again.load(Ordering::Relaxed),
        }
    }
}

fn add(counter: &AtomicU64, bytes: usize) {
    counter.fetch_add(bytes as u64, Ordering::Relaxed);
}
