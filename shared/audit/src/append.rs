//! Group commit: who waits for what.

use std::sync::Arc;
use std::time::Duration;

use chrono::SubsecRound;
use tokio::sync::{mpsc, oneshot};

use crate::entry::Entry;

/// The most that anybody waits for a write.
const PATIENCE: Duration = Duration::from_secs(2);

/// Requests that may wait for the writer; the next one waits for a place.
const WAITING: usize = 4_096;

/// Entries in one commit.
const BATCH: usize = 2_048;

/// Callers of one commit from which on the next one waits for more. A commit costs the store many times what one more entry in
/// it does.
const CROWD: usize = 4;

/// How long a commit waits for more entries, where there are many callers. Short beside the commit itself.
const GATHERING: Duration = Duration::from_millis(1);

/// It cannot be said for certain that the entries are on disk: do not answer as if they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the audit log could not be written")]
pub struct Unwritten;

/// One caller's entries and where to tell the outcome.
pub(crate) struct Request {
    entries: Vec<Arc<Entry>>,
    outcome: oneshot::Sender<Result<(), Unwritten>>,
}

/// The way to the writer.
#[derive(Clone, Debug)]
pub(crate) struct Queue(mpsc::Sender<Request>);

/// The writer's end.
pub(crate) struct Requests {
    waiting: mpsc::Receiver<Request>,
    /// Whether the last commit had a crowd of callers: then the next one has, too.
    crowded: bool,
}

pub(crate) fn queue() -> (Queue, Requests) {
    let (sender, receiver) = mpsc::channel(WAITING);
    let requests = Requests {
        waiting: receiver,
        crowded: false,
    };
    (Queue(sender), requests)
}

impl Queue {
    pub(crate) async fn append(&self, mut entries: Vec<Entry>) -> Result<(), Unwritten> {
        if entries.is_empty() {
            return Ok(());
        }
        entries.iter_mut().for_each(storable);
        let (outcome, told) = oneshot::channel();
        let entries = entries.into_iter().map(Arc::new).collect();
        let request = Request { entries, outcome };
        let written = async {
            self.0.send(request).await.map_err(|_| Unwritten)?;
            told.await.map_err(|_| Unwritten)?
        };
        let result = tokio::time::timeout(PATIENCE, written)
            .await
            .unwrap_or(Err(Unwritten));
        if result.is_err() {
            metrics::counter!("lifeboat_audit_unwritten_total").increment(1);
        }
        result
    }
}

/// Takes out what a store cannot hold, so that one caller's entry never spoils the commit of others: PostgreSQL has no
/// NUL in text, and both keep time to the microsecond.
fn storable(entry: &mut Entry) {
    entry.at = entry.at.trunc_subsecs(6);
    let texts = [
        &mut entry.subject,
        &mut entry.caller_kind,
        &mut entry.caller,
        &mut entry.service,
        &mut entry.action,
    ];
    let optional = [
        &mut entry.agency,
        &mut entry.post,
        &mut entry.purpose,
        &mut entry.case_number,
    ];
    let all = texts
        .into_iter()
        .chain(optional.into_iter().filter_map(Option::as_mut))
        .chain(&mut entry.fields);
    for text in all {
        if text.contains('\0') {
            *text = text.replace('\0', "\u{fffd}");
        }
    }
}

/// What goes into one commit.
pub(crate) struct Batch {
    pub(crate) entries: Vec<Arc<Entry>>,
    outcomes: Vec<oneshot::Sender<Result<(), Unwritten>>>,
}

impl Batch {
    /// Tells everybody who waits.
    pub(crate) fn tell(self, result: Result<(), Unwritten>) {
        for outcome in self.outcomes {
            // Who has stopped waiting has reported the entry as unwritten.
            let _ = outcome.send(result);
        }
    }
}

impl Requests {
    /// The next batch: everything that waits. `None` when nobody can append any more.
    pub(crate) async fn next(&mut self) -> Option<Batch> {
        let first = self.waiting.recv().await?;
        if self.crowded {
            tokio::time::sleep(GATHERING).await;
        }
        Some(self.gather(first))
    }

    /// The same for a thread.
    pub(crate) fn next_blocking(&mut self) -> Option<Batch> {
        let first = self.waiting.blocking_recv()?;
        if self.crowded {
            std::thread::sleep(GATHERING);
        }
        Some(self.gather(first))
    }

    fn gather(&mut self, first: Request) -> Batch {
        let mut batch = Batch {
            entries: Vec::new(),
            outcomes: Vec::new(),
        };
        let mut request = Some(first);
        while let Some(Request { entries, outcome }) = request {
            // A caller who gave up has said "unwritten" already: writing it now would only delay the others.
            if !outcome.is_closed() {
                batch.entries.extend(entries);
                batch.outcomes.push(outcome);
            }
            request = if batch.entries.len() < BATCH {
                self.waiting.try_recv().ok()
            } else {
                None
            };
        }
        self.crowded = batch.outcomes.len() >= CROWD;
        metrics::histogram!("lifeboat_audit_batch_entries").record(as_f64(batch.entries.len()));
        batch
    }
}

fn as_f64(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}
