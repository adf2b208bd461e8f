//! Takes extents from the cutting threads: finds what is stored already, and hands the rest to the packing threads.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Observer;
use super::ledger::Ledger;
use super::stop::Stop;
use crate::cut::{CutError, Extents};
use crate::object::{ContentHash, ContentKey};
use crate::pack::Packer;

/// What is packed together: never more than one table, so that one table can be restored without a byte of another.
#[derive(Debug)]
pub(crate) struct Group(Mutex<Filling>);

#[derive(Debug)]
pub(crate) struct Filling {
    pub(crate) packer: Packer,
    /// Extents that are on their way to the packer.
    under_way: u64,
    is_closed: bool,
}

impl Group {
    pub(crate) fn new(need: u8) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Filling {
            packer: Packer::new(need),
            under_way: 0,
            is_closed: false,
        })))
    }

    pub(crate) fn filling(&self) -> MutexGuard<'_, Filling> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Filling {
    /// An extent has arrived; whether it was the last one.
    pub(crate) fn arrived(&mut self) -> bool {
        self.under_way = self.under_way.saturating_sub(1);
        self.is_closed && self.under_way == 0
    }
}

/// Work for a packing thread.
#[derive(Debug)]
pub(crate) enum Job {
    /// Compress and pack.
    Pack {
        group: Arc<Group>,
        hash: ContentHash,
        raw: Vec<u8>,
    },
    /// Pack what is left of a group.
    Finish(Arc<Group>),
}

/// Bytes on their way through a run.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    /// Of extents that were not stored before.
    pub(crate) new: AtomicU64,
    /// The same, compressed.
    pub(crate) compressed: AtomicU64,
    /// Of packs' fragments, over all clouds that took them.
    pub(crate) stored: AtomicU64,
    /// Packs.
    pub(crate) packs: AtomicU64,
}

/// Buffers to be used again.
#[derive(Debug, Default)]
pub(crate) struct Spare(Mutex<Vec<Vec<u8>>>);

impl Spare {
    /// As many as are under way between cutting and packing; more would only lie there.
    const MOST: usize = 24;
    /// Bytes of a longest one that is kept: that of rows. Pieces of other files are longer and fewer.
    const LONGEST: usize = 2 << 20;

    /// An empty buffer.
    fn take(&self) -> Vec<u8> {
        let mut spare = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        spare.pop().unwrap_or_default()
    }

    /// Keeps a buffer whose bytes are done with.
    pub(crate) fn put(&self, mut buffer: Vec<u8>) {
        if buffer.capacity() > Self::LONGEST {
            return;
        }
        buffer.clear();
        let mut spare = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.len() < Self::MOST {
            spare.push(buffer);
        }
    }
}

/// What all intakes of a run share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) key: ContentKey,
    pub(crate) need: u8,
    pub(crate) level: i32,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) stop: Stop,
    pub(crate) counters: Counters,
    /// Buffers of extents that were packed: a new one costs the system a page at a time.
    pub(crate) spare: Spare,
    /// Held while a longest pack is sealed.
    pub(crate) turn: Mutex<()>,
    pub(crate) observer: Arc<dyn Observer>,
}

/// Takes the extents of one group.
#[derive(Debug)]
pub(crate) struct Intake {
    shared: Arc<Shared>,
    group: Arc<Group>,
    jobs: SyncSender<Job>,
}

impl Intake {
    pub(crate) fn new(shared: Arc<Shared>, jobs: SyncSender<Job>) -> Self {
        let group = Group::new(shared.need);
        Self {
            shared,
            group,
            jobs,
        }
    }

    /// Nothing more comes.
    pub(crate) fn close(self) {
        let mut filling = self.group.filling();
        filling.is_closed = true;
        let is_last = filling.under_way == 0;
        drop(filling);
        if is_last {
            // A closed channel means that the run is over.
            let _ = self.jobs.send(Job::Finish(self.group));
        }
    }
}

impl Extents for Intake {
    fn put(&mut self, raw: Vec<u8>) -> Result<ContentHash, CutError> {
        if self.shared.stop.is_set() {
            return Err(CutError::Refused("the run is over".to_owned()));
        }
        let hash = self.shared.key.hash(&raw);
        if self.shared.ledger.claim(hash) {
            let counter = &self.shared.counters.new;
            counter.fetch_add(raw.len() as u64, Ordering::Relaxed);
            self.group.filling().under_way += 1;
            let job = Job::Pack {
                group: Arc::clone(&self.group),
                hash,
                raw,
            };
            self.jobs
                .send(job)
                .map_err(|_| CutError::Refused("nothing packs any more".to_owned()))?;
        } else {
            self.shared.spare.put(raw);
        }
        Ok(hash)
    }

    fn buffer(&mut self) -> Vec<u8> {
        self.shared.spare.take()
    }

    fn knows(&self, hash: &ContentHash) -> bool {
        self.shared.ledger.knows(hash)
    }
}
