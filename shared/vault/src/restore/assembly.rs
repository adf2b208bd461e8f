//! The files of a restore while they grow.
//!
//! Pieces arrive in any order and are written where they belong, so that every pack is fetched and opened once and nothing
//! has to be kept in memory. What is complete from a file's beginning is read back and hashed at once; the file is good when
//! the hash of all of it is the one in the manifest.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};

use tokio::sync::watch;

use super::RestoreError;

/// Files are watched for completeness in stripes of so many bytes.
const STRIPE: u64 = 8 * 1024 * 1024;

/// Read at once when hashing.
const BUFFER: usize = 256 * 1024;

/// Files held open at a time.
const OPEN: usize = 256;

/// A file that is to be.
#[derive(Debug, Clone)]
pub(super) struct Expected {
    /// Below the root; checked to stay there.
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    pub(super) executable: bool,
    /// The hash of the whole; none for a file of which only a part was asked for.
    pub(super) blake3: Option<[u8; 32]>,
}

/// The files of a restore while they grow.
#[derive(Debug)]
pub(super) struct Assembly {
    root: PathBuf,
    files: Vec<Growing>,
    open: Mutex<HashMap<u32, Arc<File>>>,
    finished: AtomicUsize,
    proved: Mutex<Proved>,
    changed: Condvar,
    growth: watch::Sender<()>,
}

/// Files that are proved and perhaps not on the disk yet.
#[derive(Debug, Default)]
struct Proved {
    files: Vec<u32>,
    /// No more come.
    is_over: bool,
}

#[derive(Debug)]
struct Growing {
    expected: Expected,
    /// Bytes that are still missing, by stripe.
    missing: Vec<AtomicU64>,
    hashed: Mutex<Hashed>,
    /// Bytes from the beginning that are complete.
    good: AtomicU64,
}

#[derive(Debug, Default)]
struct Hashed {
    hasher: blake3::Hasher,
    stripes: usize,
    finished: bool,
}

/// Why a file did not become what it should.
#[derive(Debug)]
pub(super) enum Spoilt {
    /// The system said so.
    File(PathBuf, io::Error),
    /// It is complete and has another hash.
    Differs(PathBuf),
}

impl From<Spoilt> for RestoreError {
    fn from(spoilt: Spoilt) -> Self {
        match spoilt {
            Spoilt::File(path, error) => Self::File { path, error },
            Spoilt::Differs(path) => Self::Internal(format!(
                "{} is complete and has another hash than the backup says",
                path.display()
            )),
        }
    }
}

impl Assembly {
    /// Makes the folders, and the files that are empty.
    pub(super) fn begin(root: &Path, files: Vec<Expected>) -> Result<Self, Spoilt> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |error| Spoilt::File(path, error)
        };
        let mut last = PathBuf::new();
        for file in &files {
            let path = root.join(&file.path);
            if let Some(folder) = path.parent()
                && folder != last
            {
                std::fs::create_dir_all(folder).map_err(failed(folder))?;
                folder.clone_into(&mut last);
            }
        }
        let growing = files.into_iter().map(Growing::new).collect();
        let assembly = Self {
            root: root.to_owned(),
            files: growing,
            open: Mutex::default(),
            finished: AtomicUsize::new(0),
            proved: Mutex::default(),
            changed: Condvar::new(),
            growth: watch::Sender::new(()),
        };
        for at in 0..assembly.files.len() {
            if assembly.files[at].expected.bytes == 0 {
                let at = u32::try_from(at).unwrap_or(u32::MAX);
                assembly.file(at)?;
                assembly.advance(at)?;
            }
        }
        Ok(assembly)
    }

    /// Whether every file is complete and proved.
    pub(super) fn is_finished(&self) -> bool {
        self.finished.load(Ordering::Acquire) == self.files.len()
    }

    /// Tells when files have grown; ends with them.
    pub(super) fn growth(&self) -> watch::Receiver<()> {
        self.growth.subscribe()
    }

    /// How many bytes from a file's beginning are there. Each is the backup's own, as its extent was proved; whether the file is whole
    /// and in order is known at its end.
    pub(super) fn good(&self, file: u32) -> u64 {
        self.files[file as usize].good.load(Ordering::Acquire)
    }

    /// Bytes that are good.
    pub(super) fn read(&self, file: u32, at: u64, length: u64) -> Result<Vec<u8>, Spoilt> {
        let failed = |error| Spoilt::File(self.path(file), error);
        let length = usize::try_from(length).map_err(|error| failed(io::Error::other(error)))?;
        let mut bytes = vec![0; length];
        self.file(file)?
            .read_exact_at(&mut bytes, at)
            .map_err(failed)?;
        Ok(bytes)
    }

    /// Writes bytes where they belong. [`arrived`](Self::arrived) tells that they are there.
    pub(super) fn write(&self, file: u32, at: u64, bytes: &[u8]) -> Result<(), Spoilt> {
        let handle = self.file(file)?;
        handle
            .write_all_at(bytes, at)
            .map_err(|error| Spoilt::File(self.path(file), error))
    }

    /// Counts bytes that are in their place, and hashes what is complete by now.
    pub(super) fn arrived(&self, file: u32, mut at: u64, mut length: u64) -> Result<(), Spoilt> {
        let growing = &self.files[file as usize];
        let mut completed = false;
        while length > 0 {
            let stripe = at / STRIPE;
            let part = length.min((stripe + 1) * STRIPE - at);
            let missing = usize::try_from(stripe)
                .ok()
                .and_then(|stripe| growing.missing.get(stripe));
            if let Some(missing) = missing {
                completed |= missing.fetch_sub(part, Ordering::AcqRel) == part;
            }
            at += part;
            length -= part;
        }
        if completed {
            self.advance(file)
        } else {
            Ok(())
        }
    }

    /// Hashes from where hashing stopped to the first stripe that is not complete.
    fn advance(&self, file: u32) -> Result<(), Spoilt> {
        let growing = &self.files[file as usize];
        loop {
            // Whoever holds the lock looks again after letting it go, so nothing is left undone.
            let mut hashed = match growing.hashed.try_lock() {
                Ok(hashed) => hashed,
                Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => return Ok(()),
            };
            while growing.is_complete(hashed.stripes) {
                self.hash_stripe(file, &mut hashed)?;
            }
            if hashed.stripes == growing.missing.len() && !hashed.finished {
                hashed.finished = true;
                self.finish(file, &hashed)?;
            }
            let next = hashed.stripes;
            drop(hashed);
            if !growing.is_complete(next) {
                return Ok(());
            }
        }
    }

    fn hash_stripe(&self, file: u32, hashed: &mut MutexGuard<'_, Hashed>) -> Result<(), Spoilt> {
        let growing = &self.files[file as usize];
        let mut at = hashed.stripes as u64 * STRIPE;
        let end = growing.expected.bytes.min(at + STRIPE);
        if growing.expected.blake3.is_some() {
            let failed = |error| Spoilt::File(self.path(file), error);
            let handle = self.file(file)?;
            let mut buffer = vec![0; BUFFER];
            while at < end {
                let piece = usize::try_from(end - at).map_or(BUFFER, |left| left.min(BUFFER));
                handle
                    .read_exact_at(&mut buffer[..piece], at)
                    .map_err(failed)?;
                hashed.hasher.update(&buffer[..piece]);
                at += piece as u64;
            }
        }
        hashed.stripes += 1;
        growing.good.store(end, Ordering::Release);
        self.growth.send_replace(());
        Ok(())
    }

    fn finish(&self, file: u32, hashed: &Hashed) -> Result<(), Spoilt> {
        let expected = &self.files[file as usize].expected;
        if let Some(blake3) = expected.blake3
            && *hashed.hasher.finalize().as_bytes() != blake3
        {
            return Err(Spoilt::Differs(self.path(file)));
        }
        let mut proved = self.proved();
        proved.files.push(file);
        // Before the last one is seen here: `sync` ends with it.
        let finished = self.finished.fetch_add(1, Ordering::AcqRel) + 1;
        proved.is_over |= finished == self.files.len();
        self.changed.notify_all();
        Ok(())
    }

    /// Puts every file on the disk as soon as it is proved, and ends after the last one, or after [`over`](Self::over); a power failure
    /// after the last one harms nothing. The disk works while others decode.
    pub(super) fn sync(&self) -> Result<(), Spoilt> {
        loop {
            let mut proved = self.proved();
            while proved.files.is_empty() && !proved.is_over {
                let woken = self.changed.wait(proved);
                proved = woken.unwrap_or_else(PoisonError::into_inner);
            }
            let files = std::mem::take(&mut proved.files);
            drop(proved);
            if files.is_empty() {
                return Ok(());
            }
            for file in files {
                let handle = self.file(file)?;
                handle
                    .sync_data()
                    .map_err(|error| Spoilt::File(self.path(file), error))?;
            }
        }
    }

    /// No more files become complete.
    pub(super) fn over(&self) {
        self.proved().is_over = true;
        self.changed.notify_all();
    }

    fn proved(&self) -> MutexGuard<'_, Proved> {
        self.proved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, file: u32) -> PathBuf {
        self.root.join(&self.files[file as usize].expected.path)
    }

    fn file(&self, file: u32) -> Result<Arc<File>, Spoilt> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(handle) = open.get(&file) {
            return Ok(Arc::clone(handle));
        }
        if open.len() >= OPEN {
            open.clear();
        }
        let executable = self.files[file as usize].expected.executable;
        let path = self.path(file);
        let handle = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(if executable { 0o700 } else { 0o600 })
            .open(&path)
            .map_err(|error| Spoilt::File(path, error))?;
        let handle = Arc::new(handle);
        open.insert(file, Arc::clone(&handle));
        Ok(handle)
    }
}

impl Growing {
    fn new(expected: Expected) -> Self {
        let mut left = expected.bytes;
        let mut missing = Vec::new();
        while left > 0 {
            let stripe = left.min(STRIPE);
            missing.push(AtomicU64::new(stripe));
            left -= stripe;
        }
        Self {
            expected,
            missing,
            hashed: Mutex::default(),
            good: AtomicU64::new(0),
        }
    }

    fn is_complete(&self, stripe: usize) -> bool {
        self.missing
            .get(stripe)
            .is_some_and(|missing| missing.load(Ordering::Acquire) == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Assembly, Expected, STRIPE, Spoilt};

    fn expected(bytes: &[u8]) -> Expected {
        Expected {
            path: "a/b".into(),
            bytes: bytes.len() as u64,
            executable: false,
            blake3: Some(*blake3::hash(bytes).as_bytes()),
        }
    }

    fn bytes() -> Vec<u8> {
        let length = usize::try_from(STRIPE * 2).unwrap() + 77;
        (0..251).cycle().take(length).collect()
    }

    #[test]
    fn pieces_in_any_order_make_the_file_and_its_hash() {
        let dir = tempfile::tempdir().unwrap();
        let bytes = bytes();
        let assembly = Assembly::begin(dir.path(), vec![expected(&bytes)]).unwrap();
        let cuts = [0, 1, 9_000_000, 9_000_001, bytes.len()];
        for (from, to) in [(3, 4), (1, 2), (0, 1), (2, 3)] {
            assert!(!assembly.is_finished());
            let piece = &bytes[cuts[from]..cuts[to]];
            assembly.write(0, cuts[from] as u64, piece).unwrap();
            assembly
                .arrived(0, cuts[from] as u64, piece.len() as u64)
                .unwrap();
        }
        assert!(assembly.is_finished());
        assembly.sync().unwrap();
        assert_eq!(std::fs::read(dir.path().join("a/b")).unwrap(), bytes);
    }

    #[test]
    fn a_file_that_is_not_what_it_should_be_is_found_out() {
        let dir = tempfile::tempdir().unwrap();
        let bytes = bytes();
        let assembly = Assembly::begin(dir.path(), vec![expected(&bytes)]).unwrap();
        let mut wrong = bytes.clone();
        wrong[usize::try_from(STRIPE).unwrap()] ^= 1;
        assembly.write(0, 0, &wrong).unwrap();
        let end = assembly.arrived(0, 0, wrong.len() as u64);
        assert!(matches!(end, Err(Spoilt::Differs(_))));
        assert!(!assembly.is_finished());
    }

    #[test]
    fn an_empty_file_is_a_file() {
        let dir = tempfile::tempdir().unwrap();
        let assembly = Assembly::begin(dir.path(), vec![expected(b"")]).unwrap();
        assert!(assembly.is_finished());
        assert!(dir.path().join("a/b").exists());
    }
}
