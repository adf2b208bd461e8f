//! A folder as a cloud: a mounted disk, a network share, or a folder for trying things out.
//!
//! Unlike `object_store`'s own, a stored object is on the disk when the call returns (file and folders are synchronised),
//! and a folder that is not there is never made: it usually is a disk that is not mounted.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use runtime::clock::SharedClock;

use super::error::Identity;
use super::limit::Limit;
use super::settings::CloudSettings;
use super::traffic::Meter;
use super::{Cloud, CloudError, Kind, Listed, Put, Traffic};

/// Files that are still being written begin so; they are nobody's objects.
const UNFINISHED: &str = ".unfinished-";

/// No skew was seen yet.
const UNSEEN: i64 = i64::MIN;

/// A folder that holds objects.
#[derive(Debug)]
pub(super) struct LocalFolder {
    disk: Arc<Disk>,
    up: Limit,
    down: Limit,
    meter: Meter,
    patience: Duration,
}

/// What blocking threads work on.
#[derive(Debug)]
struct Disk {
    identity: Identity,
    root: PathBuf,
    clock: SharedClock,
    /// How far the disk's clock is ahead, in milliseconds; it is another machine's on a network share.
    skew: AtomicI64,
}

impl LocalFolder {
    pub(super) fn open(
        settings: &CloudSettings,
        identity: Identity,
        root: PathBuf,
        clock: SharedClock,
    ) -> Self {
        Self {
            disk: Arc::new(Disk {
                identity,
                root,
                clock,
                skew: AtomicI64::new(UNSEEN),
            }),
            up: Limit::new(settings.bandwidth.up),
            down: Limit::new(settings.bandwidth.down),
            meter: Meter::default(),
            patience: settings.patience(),
        }
    }

    /// Runs in a thread that may block; a disk that does not answer (a network share that is gone) is given up.
    async fn blocking<T: Send + 'static>(
        &self,
        object: &str,
        work: impl FnOnce(&Disk) -> Result<T, CloudError> + Send + 'static,
    ) -> Result<T, CloudError> {
        let disk = Arc::clone(&self.disk);
        let working = tokio::task::spawn_blocking(move || work(&disk));
        let identity = &self.disk.identity;
        match tokio::time::timeout(self.patience, working).await {
            Ok(Ok(done)) => done,
            Ok(Err(ended)) => Err(identity.error(object, Kind::Other, ended)),
            Err(_) => Err(identity.error(object, Kind::Slow, "the disk does not answer")),
        }
    }
}

#[async_trait]
impl Cloud for LocalFolder {
    fn number(&self) -> u8 {
        self.disk.identity.number
    }

    fn name(&self) -> &str {
        &self.disk.identity.name
    }

    async fn put_new(&self, name: &str, bytes: Bytes) -> Result<Put, CloudError> {
        self.up.pass(bytes.len()).await;
        let length = bytes.len();
        let object = name.to_owned();
        let put = self
            .blocking(name, move |disk| disk.put_new(&object, &bytes))
            .await?;
        if put == Put::Created {
            self.meter.sent(length);
        }
        Ok(put)
    }

    async fn get(&self, name: &str, at_most: u64) -> Result<Bytes, CloudError> {
        let object = name.to_owned();
        let bytes = self
            .blocking(name, move |disk| disk.get(&object, at_most))
            .await?;
        self.down.pass(bytes.len()).await;
        self.meter.fetched(bytes.len());
        Ok(bytes.into())
    }

    async fn list(&self, prefix: &str) -> Result<Vec<Listed>, CloudError> {
        let folder = prefix.to_owned();
        self.blocking(prefix, move |disk| disk.list(&folder)).await
    }

    async fn folders(&self, prefix: &str) -> Result<Vec<String>, CloudError> {
        let folder = prefix.to_owned();
        self.blocking(prefix, move |disk| disk.folders(&folder))
            .await
    }

    async fn delete(&self, name: &str) -> Result<(), CloudError> {
        let object = name.to_owned();
        self.blocking(name, move |disk| disk.delete(&object)).await
    }

    async fn clock_skew(&self) -> Result<Option<TimeDelta>, CloudError> {
        let skew = self.disk.skew.load(Ordering::Relaxed);
        Ok((skew != UNSEEN).then(|| TimeDelta::milliseconds(skew)))
    }

    fn traffic(&self) -> Traffic {
        self.meter.so_far()
    }
}

impl Disk {
    fn put_new(&self, name: &str, bytes: &[u8]) -> Result<Put, CloudError> {
        let file = self.file(name)?;
        let failed = |error: io::Error| self.failed(name, &error, true);
        let folder = file.parent().unwrap_or(&self.root);
        self.make_folders(folder).map_err(failed)?;
        let mut unfinished = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempfile_in(folder)
            .map_err(failed)?;
        unfinished.write_all(bytes).map_err(failed)?;
        unfinished.as_file().sync_all().map_err(failed)?;
        let written = unfinished.as_file().metadata().and_then(|m| m.modified());
        match unfinished.persist_noclobber(&file) {
            Ok(_stored) => {
                synchronise(folder).map_err(failed)?;
                if let Ok(modified) = written {
                    let ahead = DateTime::<Utc>::from(modified) - self.clock.now();
                    self.skew.store(ahead.num_milliseconds(), Ordering::Relaxed);
                }
                Ok(Put::Created)
            }
            Err(refused) if refused.error.kind() == ErrorKind::AlreadyExists => {
                drop(refused.file);
                self.is_same(name, &file, bytes)
            }
            Err(refused) => Err(failed(refused.error)),
        }
    }

    /// Also what another process stored a moment ago must be on the disk before it counts.
    fn is_same(&self, name: &str, file: &Path, bytes: &[u8]) -> Result<Put, CloudError> {
        let failed = |error: io::Error| self.failed(name, &error, false);
        let there = File::open(file).map_err(failed)?;
        if there.metadata().map_err(failed)?.len() == bytes.len() as u64
            && fs::read(file).map_err(failed)? == bytes
        {
            there.sync_all().map_err(failed)?;
            synchronise(file.parent().unwrap_or(&self.root)).map_err(failed)?;
            return Ok(Put::AlreadyThere);
        }
        Err(self.identity.error(
            name,
            Kind::Differs,
            "an object of this name is there already",
        ))
    }

    fn get(&self, name: &str, at_most: u64) -> Result<Vec<u8>, CloudError> {
        let failed = |error: io::Error| self.failed(name, &error, false);
        let file = File::open(self.file(name)?).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let too_long = || {
            let detail = format!("expected at most {at_most} bytes");
            self.identity.error(name, Kind::TooLong, detail)
        };
        if length > at_most {
            return Err(too_long());
        }
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        // It may grow while it is read.
        file.take(at_most.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        if bytes.len() as u64 > at_most {
            return Err(too_long());
        }
        Ok(bytes)
    }

    fn list(&self, prefix: &str) -> Result<Vec<Listed>, CloudError> {
        let mut found = Vec::new();
        let mut folders = vec![prefix.trim_end_matches('/').to_owned()];
        while let Some(folder) = folders.pop() {
            for (name, metadata) in self.entries(&folder)? {
                if metadata.is_dir() {
                    folders.push(name);
                } else if metadata.is_file() {
                    let modified = metadata
                        .modified()
                        .map_err(|e| self.failed(&name, &e, false))?;
                    found.push(Listed {
                        name,
                        bytes: metadata.len(),
                        modified: modified.into(),
                    });
                }
            }
        }
        found.sort();
        Ok(found)
    }

    fn folders(&self, prefix: &str) -> Result<Vec<String>, CloudError> {
        let entries = self.entries(prefix.trim_end_matches('/'))?;
        let mut folders: Vec<String> = entries
            .into_iter()
            .filter(|(_, metadata)| metadata.is_dir())
            .map(|(name, _)| name)
            .collect();
        folders.sort();
        Ok(folders)
    }

    /// What is directly in a folder, by full name; unfinished and other hidden files are none of ours.
    fn entries(&self, folder: &str) -> Result<Vec<(String, fs::Metadata)>, CloudError> {
        let failed = |error: io::Error| self.failed(folder, &error, false);
        let path = if folder.is_empty() {
            self.root.clone()
        } else {
            self.file(folder)?
        };
        let read = match fs::read_dir(path) {
            Err(error) if error.kind() == ErrorKind::NotFound && self.root.is_dir() => {
                return Ok(Vec::new());
            }
            read => read.map_err(failed)?,
        };
        let mut entries = Vec::new();
        for entry in read {
            let entry = entry.map_err(failed)?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            if name.starts_with('.') {
                continue;
            }
            let name = match folder {
                "" => name,
                folder => format!("{folder}/{name}"),
            };
            match entry.metadata() {
                Ok(metadata) => entries.push((name, metadata)),
                // Removed since.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(self.failed(&name, &error, false)),
            }
        }
        Ok(entries)
    }

    fn delete(&self, name: &str) -> Result<(), CloudError> {
        let file = self.file(name)?;
        match fs::remove_file(&file) {
            Err(error) if error.kind() == ErrorKind::NotFound && self.root.is_dir() => Ok(()),
            removed => removed
                .and_then(|()| synchronise(file.parent().unwrap_or(&self.root)))
                .map_err(|error| self.failed(name, &error, true)),
        }
    }

    /// Where an object lies; a name never leads out of the folder.
    fn file(&self, name: &str) -> Result<PathBuf, CloudError> {
        let relative = Path::new(name);
        let is_plain = relative
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if name.is_empty() || !is_plain {
            return Err(self
                .identity
                .error(name, Kind::Other, "not a name of an object"));
        }
        Ok(self.root.join(relative))
    }

    /// Makes the folders below the root, and makes them last.
    fn make_folders(&self, folder: &Path) -> io::Result<()> {
        if folder.is_dir() {
            return Ok(());
        }
        if folder == self.root {
            return Err(ErrorKind::NotFound.into());
        }
        let above = folder.parent().unwrap_or(&self.root);
        self.make_folders(above)?;
        match fs::create_dir(folder) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
            _ => synchronise(above),
        }
    }

    fn failed(&self, name: &str, error: &io::Error, writing: bool) -> CloudError {
        let kind = match error.kind() {
            ErrorKind::NotFound if !self.root.is_dir() => {
                let detail = format!("{} is not there: is it mounted?", self.root.display());
                return self.identity.error(name, Kind::Unreachable, detail);
            }
            ErrorKind::NotFound if !writing => Kind::Missing,
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                Kind::Full
            }
            ErrorKind::ReadOnlyFilesystem => Kind::ReadOnly,
            ErrorKind::PermissionDenied if writing => Kind::ReadOnly,
            ErrorKind::PermissionDenied => Kind::Refused,
            ErrorKind::TimedOut | ErrorKind::StaleNetworkFileHandle => Kind::Unreachable,
            _ => Kind::Other,
        };
        self.identity.error(name, kind, error)
    }
}

/// A new name in a folder outlasts a power cut only once the folder is on the disk too.
pub(super) fn synchronise(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
