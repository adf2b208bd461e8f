//! Group commit: who waits for what.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::SubsecRound;
use tokio::sync::{mpsc, oneshot};
use trace::Scope;

use crate::entry::Entry;
use crate::measures::Measures;

/// The most that anybody waits for a write who does not say how long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(2);

/// Requests that may wait for the writer; the next one waits for a place.
const WAITING: usize = 4_096;

/// Entries in one commit.
const BATCH: usize = 2_048;

/// Callers of one commit from which on the next one waits for more. A commit costs the store many times what one more entry in
/// it does.
const CROWD: usize = 4;

/// How long a commit waits for more entries, where there are many callers. Short beside the commit itself.
const GATHERING: Duration = Duration::from_millis(1);

/// After so long without an entry a writer finds out whether its store is still there, so that operators hear of it before people
/// do.
const IDLE: Duration = Duration::from_secs(5);

/// It cannot be said for certain that the entries are on disk: do not answer as if they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the audit log could not be written")]
pub struct Unwritten;

/// One caller's entries and where to tell the outcome.
pub(crate) struct Request {
    entries: Vec<Arc<Entry>>,
    outcome: oneshot::Sender<Result<(), Unwritten>>,
    scope: Scope,
}

/// The way to the writer.
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    requests: mpsc::Sender<Request>,
    measures: Measures,
}

/// The writer's end.
pub(crate) struct Requests {
    waiting: mpsc::Receiver<Request>,
    /// Whether the last commit had a crowd of callers: then the next one has, too.
    crowded: bool,
    pub(crate) measures: Measures,
}

/// What a writer hears.
pub(crate) enum Next {
    /// There is something to write.
    Batch(Batch),
    /// There was nothing for a while.
    Idle,
    /// Nobody can append any more.
    End,
}

pub(crate) fn queue() -> (Queue, Requests) {
    let (sender, receiver) = mpsc::channel(WAITING);
    let requests = Requests {
        waiting: receiver,
        crowded: false,
        measures: Measures::new(),
    };
    let queue = Queue {
        requests: sender,
        measures: requests.measures.clone(),
    };
    (queue, requests)
}

impl Queue {
    pub(crate) async fn append(
        &self,
        mut entries: Vec<Entry>,
        patience: Duration,
    ) -> Result<(), Unwritten> {
        if entries.is_empty() {
            return Ok(());
        }
        entries.iter_mut().for_each(storable);
        let (outcome, told) = oneshot::channel();
        let entries = entries.into_iter().map(Arc::new).collect();
        let request = Request {
            entries,
            outcome,
            scope: Scope::current(),
        };
        let written = async {
            self.requests.send(request).await.map_err(|_| Unwritten)?;
            told.await.map_err(|_| Unwritten)?
        };
        let began = Instant::now();
        let result = tokio::time::timeout(patience, written)
            .await
            .unwrap_or(Err(Unwritten));
        self.measures.appended(result.is_ok(), began.elapsed());
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
    /// The trace that shows the commit: the first one of those who wait.
    pub(crate) scope: Scope,
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
    /// The next batch: everything that waits.
    pub(crate) async fn next(&mut self) -> Next {
        let first = match tokio::time::timeout(IDLE, self.waiting.recv()).await {
            Ok(Some(first)) => first,
            Ok(None) => return Next::End,
            Err(_) => return Next::Idle,
        };
        if self.crowded {
            tokio::time::sleep(GATHERING).await;
        }
        Next::Batch(self.gather(first))
    }

    /// The same for a thread. `None` when nobody can append any more.
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
            scope: Scope::default(),
            outcomes: Vec::new(),
        };
        let mut request = Some(first);
        while let Some(Request {
            entries,
            outcome,
            scope,
        }) = request
        {
            // A caller who gave up has said "unwritten" already: writing it now would only delay the others.
            if !outcome.is_closed() {
                if !batch.scope.is_sampled() {
                    batch.scope = scope;
                }
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
        self.measures
            .gathered(batch.entries.len(), self.waiting.len());
        batch
    }
}
