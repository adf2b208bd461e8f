//! The packing threads: compress, pack, seal, cut into fragments.

use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::mpsc::Sender;

use super::error::At as _;
use super::intake::{Group, Job, Shared};
use super::{BackupError, Step};
use crate::object::{Codec, ContentHash, EpochKey, Generation, PackId, RepositoryId};
use crate::pack::{Class, Code, Parcel, Placed, TooLong, seal};

/// Compressed bytes are kept when they save at least one part in so many.
const WORTH_IT: usize = 32;

/// At level 1, the logarithm of how many places of an extent zstd remembers. Its own 14 are a table of 64 KiB, which no core keeps in its
/// nearest cache; with 12, rows of a registry take an eighth less time and leave 0.2 percent less.
const PLACES: u32 = 12;

/// A pack ready to be sent.
#[derive(Debug)]
pub(crate) struct Sealed {
    pub(crate) pack: PackId,
    pub(crate) class: Class,
    pub(crate) fragments: Vec<Bytes>,
    /// Their hashes, joined.
    pub(crate) hashes: Vec<u8>,
    pub(crate) extents: Vec<Placed>,
}

/// What sealing needs. It is wiped when the run ends.
#[derive(Debug, Clone)]
pub(crate) struct SealingKey {
    pub(crate) key: EpochKey,
    pub(crate) repository: RepositoryId,
    pub(crate) generation: Generation,
    pub(crate) code: Code,
}

/// Works until no more jobs come.
pub(crate) fn work(
    shared: &Shared,
    sealing: &SealingKey,
    jobs: &Mutex<Receiver<Job>>,
    send: &Sender<Sealed>,
) {
    let mut worker = match Worker::new(shared, sealing, send) {
        Ok(worker) => worker,
        Err(error) => return shared.stop.set(error),
    };
    loop {
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else { return };
        // A run that is over is emptied, so that nobody waits for room.
        if shared.stop.is_set() {
            continue;
        }
        if let Err(error) = worker.job(job) {
            shared.stop.set(error);
        }
    }
}

fn compressor(level: i32) -> std::io::Result<zstd::bulk::Compressor<'static>> {
    let mut compressor = zstd::bulk::Compressor::new(level)?;
    if level == 1 {
        compressor.set_parameter(zstd::zstd_safe::CParameter::HashLog(PLACES))?;
    }
    Ok(compressor)
}

struct Worker<'a> {
    shared: &'a Shared,
    sealing: &'a SealingKey,
    send: &'a Sender<Sealed>,
    compressor: zstd::bulk::Compressor<'static>,
    compressed: Vec<u8>,
}

impl<'a> Worker<'a> {
    fn new(
        shared: &'a Shared,
        sealing: &'a SealingKey,
        send: &'a Sender<Sealed>,
    ) -> Result<Self, BackupError> {
        let compressor = compressor(shared.level).map_err(BackupError::Compress)?;
        Ok(Self {
            shared,
            sealing,
            send,
            compressor,
            compressed: Vec::new(),
        })
    }

    fn job(&mut self, job: Job) -> Result<(), BackupError> {
        match job {
            Job::Pack { group, hash, raw } => {
                self.pack(&group, hash, &raw)?;
                self.shared.spare.put(raw);
                Ok(())
            }
            Job::Finish(group) => self.finish(&group),
        }
    }

    fn pack(&mut self, group: &Group, hash: ContentHash, raw: &[u8]) -> Result<(), BackupError> {
        let length = u32::try_from(raw.len()).map_err(|_| TooLong(raw.len()))?;
        self.compressed.clear();
        self.compressed
            .reserve(zstd::zstd_safe::compress_bound(raw.len()));
        self.compressor
            .compress_to_buffer(raw, &mut self.compressed)
            .map_err(BackupError::Compress)?;
        let is_smaller = self.compressed.len() + raw.len() / WORTH_IT < raw.len();
        let (codec, stored) = if is_smaller {
            (Codec::Zstd, self.compressed.as_slice())
        } else {
            (Codec::Plain, raw)
        };
        let counter = &self.shared.counters.compressed;
        counter.fetch_add(stored.len() as u64, Ordering::Relaxed);
        let mut filling = group.filling();
        let full = filling.packer.push(hash, length, codec, stored)?;
        let is_last = filling.arrived();
        drop(filling);
        if let Some(full) = full {
            self.seal(full)?;
        }
        if is_last { self.finish(group) } else { Ok(()) }
    }

    fn finish(&self, group: &Group) -> Result<(), BackupError> {
        let rest = group.filling().packer.finish();
        rest.into_iter().try_for_each(|parcel| self.seal(parcel))
    }

    fn seal(&self, parcel: Parcel) -> Result<(), BackupError> {
        let Parcel {
            class,
            content,
            extents,
        } = parcel;
        let SealingKey {
            key,
            repository,
            generation,
            code,
        } = self.sealing;
        // The longest packs are sealed one at a time, so that memory stays bounded.
        let turns = (class == Class::Huge).then_some(&self.shared.turn);
        let _turn = turns.map(|turn| turn.lock().unwrap_or_else(PoisonError::into_inner));
        let pack = PackId::generate()?;
        let sealed = seal(key, *repository, *generation, &pack, class, content)?;
        let fragments = code.split(sealed)?;
        let hashes = fragments
            .iter()
            .flat_map(|fragment| *blake3::hash(fragment).as_bytes())
            .collect();
        let bytes = fragments.iter().map(|fragment| fragment.len() as u64).sum();
        self.shared.ledger.sending(pack, bytes)?;
        let observer = &self.shared.observer;
        observer.reached(Step::PackSending).at("the run".as_ref())?;
        let sealed = Sealed {
            pack,
            class,
            fragments,
            hashes,
            extents,
        };
        self.send
            .blocking_send(sealed)
            .map_err(|_| BackupError::Ended("sending"))
    }
}

/// How many packing threads there are: one for each core.
pub(crate) fn threads() -> usize {
    std::thread::available_parallelism()
        .map_or(2, usize::from)
        .min(8)
}

/// What the threads of one phase share.
pub(crate) type Jobs = Arc<Mutex<Receiver<Job>>>;
