//! The folder beside the target in which a restore grows, and the journal that lets a killed one go on.
//!
//! The journal is a hint and not a proof: whoever goes on hashes every file whole, so that a record whose bytes never reached
//! the disk is found out.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::RestoreError;

/// A piece of work that is done: a pack, in a batch of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Step {
    pub(super) source: u32,
    pub(super) batch: u32,
    pub(super) pack: u32,
}

/// The folder in which a restore grows.
#[derive(Debug)]
pub(super) struct Staging {
    dir: PathBuf,
    journal: Mutex<File>,
    done: HashSet<Step>,
    _lock: File,
}

/// Only the operator may read what is restored.
fn private_folder(path: &Path) -> Result<(), RestoreError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|error| RestoreError::file(path, error))
}

/// Refuses a target that holds something.
pub(super) fn check_target(target: &Path) -> Result<(), RestoreError> {
    match fs::read_dir(target) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(RestoreError::Usage(format!(
                "{} is not empty; name a folder that does not exist yet",
                target.display()
            ))),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Err(RestoreError::Usage(
            format!("{} is not a folder", target.display()),
        )),
        Err(error) => Err(RestoreError::file(target, error)),
    }
}

/// Where a restore to `target` grows.
pub(super) fn beside(target: &Path) -> Result<PathBuf, RestoreError> {
    let nameless = || RestoreError::Usage(format!("{} cannot be a target", target.display()));
    let absolute =
        std::path::absolute(target).map_err(|error| RestoreError::file(target, error))?;
    let name = absolute.file_name().ok_or_else(nameless)?;
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(".lifeboat-restore");
    Ok(absolute.with_file_name(hidden))
}

impl Staging {
    /// Opens the staging folder `dir` for the restore that `identity` describes; a folder left by a killed restore of the same
    /// identity is gone on with, one of another is emptied.
    pub(super) fn open(dir: &Path, identity: &str) -> Result<Self, RestoreError> {
        private_folder(dir)?;
        let lock_path = dir.join("lock");
        let lock =
            File::create(&lock_path).map_err(|error| RestoreError::file(&lock_path, error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(RestoreError::Usage(format!(
                    "another restore is at work in {}",
                    dir.display()
                )));
            }
            Err(TryLockError::Error(error)) => return Err(RestoreError::file(&lock_path, error)),
        }
        let journal_path = dir.join("journal");
        let done = match read_journal(&journal_path, identity) {
            Some(done) => done,
            None => begin(dir, &journal_path, identity)?,
        };
        private_folder(&dir.join("files"))?;
        let journal = OpenOptions::new()
            .append(true)
            .open(&journal_path)
            .map_err(|error| RestoreError::file(&journal_path, error))?;
        Ok(Self {
            dir: dir.to_owned(),
            journal: Mutex::new(journal),
            done,
            _lock: lock,
        })
    }

    /// Where the files grow.
    pub(super) fn files(&self) -> PathBuf {
        self.dir.join("files")
    }

    /// The folder itself.
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// What an earlier, killed restore had done.
    pub(super) fn done(&self) -> &HashSet<Step> {
        &self.done
    }

    /// Records a piece of work whose bytes were handed to the system.
    pub(super) fn record(&self, step: Step) -> Result<(), RestoreError> {
        let line = format!("{} {} {}\n", step.source, step.batch, step.pack);
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        journal
            .write_all(line.as_bytes())
            .map_err(|error| RestoreError::file(&self.dir.join("journal"), error))
    }

    /// Puts the journal on the disk, so that also a machine that loses its power goes on from here.
    pub(super) fn sync(&self) -> Result<(), RestoreError> {
        let journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        journal
            .sync_data()
            .map_err(|error| RestoreError::file(&self.dir.join("journal"), error))
    }

    /// Makes the restored files the target, at once, and removes the rest.
    pub(super) fn publish(&self, target: &Path) -> Result<(), RestoreError> {
        let failed = |error| RestoreError::file(target, error);
        fs::rename(self.files(), target).map_err(failed)?;
        if let Some(parent) = std::path::absolute(target).map_err(failed)?.parent() {
            File::open(parent)
                .and_then(|folder| folder.sync_all())
                .map_err(failed)?;
        }
        self.remove()
    }

    /// Removes everything.
    pub(super) fn remove(&self) -> Result<(), RestoreError> {
        fs::remove_dir_all(&self.dir).map_err(|error| RestoreError::file(&self.dir, error))
    }
}

/// What the journal of an earlier restore says; none if there is none that this one could go on with.
fn read_journal(path: &Path, identity: &str) -> Option<HashSet<Step>> {
    let file = OpenOptions::new().read(true).write(true).open(path).ok()?;
    let mut lines = BufReader::new(&file);
    let mut line = String::new();
    let mut whole = u64::try_from(lines.read_line(&mut line).ok()?).ok()?;
    if line.strip_suffix('\n') != Some(identity) {
        return None;
    }
    let mut done = HashSet::new();
    loop {
        line.clear();
        let length = u64::try_from(lines.read_line(&mut line).ok()?).ok()?;
        if !line.ends_with('\n') {
            // The end, or a last line that was cut: its step is done again.
            file.set_len(whole).ok()?;
            return Some(done);
        }
        whole += length;
        done.insert(step(line.trim_end())?);
    }
}

fn step(line: &str) -> Option<Step> {
    let mut numbers = line.split(' ').map(str::parse::<u32>);
    let mut next = || numbers.next()?.ok();
    let step = Step {
        source: next()?,
        batch: next()?,
        pack: next()?,
    };
    next().is_none().then_some(step)
}

fn begin(dir: &Path, journal: &Path, identity: &str) -> Result<HashSet<Step>, RestoreError> {
    let files = dir.join("files");
    match fs::remove_dir_all(&files) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(RestoreError::file(&files, error));
        }
        _ => {}
    }
    let write = || -> io::Result<()> {
        let mut file = File::create(journal)?;
        file.write_all(format!("{identity}\n").as_bytes())?;
        file.sync_all()
    };
    write().map_err(|error| RestoreError::file(journal, error))?;
    Ok(HashSet::new())
}

#[cfg(test)]
mod tests {
    use super::{Staging, Step, beside, check_target};

    const STEP: Step = Step {
        source: 1,
        batch: 2,
        pack: 3,
    };

    #[test]
    fn a_killed_restore_goes_on_and_another_one_begins_anew() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("out");
        let place = beside(&target).unwrap();
        let staging = Staging::open(&place, "a").unwrap();
        staging.record(STEP).unwrap();
        std::fs::write(staging.files().join("x"), "x").unwrap();
        drop(staging);

        let again = Staging::open(&place, "a").unwrap();
        assert!(again.done().contains(&STEP));
        assert!(again.files().join("x").exists());
        assert!(Staging::open(&place, "a").is_err(), "two at once");
        drop(again);

        let other = Staging::open(&place, "b").unwrap();
        assert!(other.done().is_empty());
        assert!(!other.files().join("x").exists());
        std::fs::write(other.files().join("y"), "y").unwrap();
        other.publish(&target).unwrap();
        assert!(target.join("y").exists());
        assert!(!place.exists());
        assert!(check_target(&target).is_err());
    }

    #[test]
    fn a_record_that_was_cut_is_done_again() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("s");
        drop(Staging::open(&place, "a").unwrap());
        let journal = place.join("journal");
        std::fs::write(&journal, "a\n1 2 3\n1 2 4").unwrap();
        let staging = Staging::open(&place, "a").unwrap();
        assert_eq!(staging.done().len(), 1);
        assert!(staging.done().contains(&STEP));
        staging.record(Step { pack: 5, ..STEP }).unwrap();
        drop(staging);
        let lines = std::fs::read_to_string(&journal).unwrap();
        assert_eq!(lines, "a\n1 2 3\n1 2 5\n");
    }
}
