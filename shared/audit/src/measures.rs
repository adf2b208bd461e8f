//! The log's figures, looked up once.

use std::fmt;
use std::time::Duration;

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

/// How long entries take, and whether they can be written at all.
#[derive(Clone)]
pub(crate) struct Measures {
    append_seconds: Histogram,
    commit_seconds: Histogram,
    batch_entries: Histogram,
    waiting: Gauge,
    writable: Gauge,
    unwritten: Counter,
}

impl fmt::Debug for Measures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Measures")
    }
}

impl Measures {
    /// Those of a log that has just been opened.
    pub(crate) fn new() -> Self {
        let measures = Self {
            append_seconds: histogram!("lifeboat_audit_append_seconds"),
            commit_seconds: histogram!("lifeboat_audit_commit_seconds"),
            batch_entries: histogram!("lifeboat_audit_batch_entries"),
            waiting: gauge!("lifeboat_audit_waiting_requests"),
            writable: gauge!("lifeboat_audit_writable"),
            unwritten: counter!("lifeboat_audit_unwritten_total"),
        };
        measures.writable.set(1.0);
        measures
    }

    /// A caller's entries were written, or not, after this wait.
    pub(crate) fn appended(&self, is_written: bool, took: Duration) {
        self.append_seconds.record(took.as_secs_f64());
        if !is_written {
            self.unwritten.increment(1);
        }
    }

    /// So many entries go into one commit; so many callers still wait.
    pub(crate) fn gathered(&self, entries: usize, waiting: usize) {
        self.batch_entries.record(as_f64(entries));
        self.waiting.set(as_f64(waiting));
    }

    /// A commit ended.
    pub(crate) fn committed(&self, is_written: bool, took: Duration) {
        self.commit_seconds.record(took.as_secs_f64());
        self.answered(is_written);
    }

    /// The store took a commit, or answered when nothing was to be written; or did not.
    pub(crate) fn answered(&self, answers: bool) {
        self.writable.set(if answers { 1.0 } else { 0.0 });
    }
}

fn as_f64(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}
