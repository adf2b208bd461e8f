//! A provider's storage as a cloud: tries again, goes on where it was cut, and believes no condition that it can check.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use chrono::TimeDelta;
use futures_util::StreamExt;
use object_store::path::Path;

use super::answer::Fault;
use super::error::Identity;
use super::line::Shared;
use super::persistence::Persistence;
use super::wire::{Created, Wire};
use super::{Cloud, CloudError, Kind, Listed, Put, Traffic};

/// Storage at a provider.
#[derive(Debug)]
pub(super) struct Remote {
    pub(super) identity: Identity,
    pub(super) wire: Box<dyn Wire>,
    /// The folder of the URL; may be empty.
    pub(super) folder: Path,
    pub(super) shared: Arc<Shared>,
    pub(super) patience: Duration,
}

/// What is known of an object whose name is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum There {
    Same,
    Other,
    Nothing,
}

impl Remote {
    fn path(&self, name: &str) -> Result<Path, CloudError> {
        let full = match self.folder.as_ref() {
            "" => name.to_owned(),
            folder => format!("{folder}/{name}"),
        };
        let path = Path::parse(full.trim_end_matches('/'));
        path.map_err(|error| self.identity.error(name, Kind::Other, error))
    }

    /// A full name without the folder of the URL.
    fn relative(&self, full: &str) -> String {
        let below = full.strip_prefix(self.folder.as_ref()).unwrap_or(full);
        below.trim_matches('/').to_owned()
    }

    fn failed(&self, object: &str, fault: &Fault) -> CloudError {
        self.identity.error(object, fault.kind, &fault.detail)
    }

    async fn create(&self, path: &Path, bytes: &Bytes) -> Result<Put, Fault> {
        let mut persistence = Persistence::new(self.patience);
        let mut is_first = true;
        loop {
            let fault = match self.wire.create(path, bytes.clone()).await {
                Ok(Created::New) => return Ok(Put::Created),
                Ok(Created::ExistsAlready) => match self.compare(path, bytes).await {
                    Ok(There::Same) if is_first => return Ok(Put::AlreadyThere),
                    // An earlier try of ours whose answer was lost.
                    Ok(There::Same) => return Ok(Put::Created),
                    Ok(There::Other) => return Err(differs()),
                    Ok(There::Nothing) => {
                        Fault::passing(Kind::Other, "it says that the object exists and is missing")
                    }
                    Err(fault) => fault,
                },
                Err(fault) => fault,
            };
            persistence.endure(fault).await?;
            is_first = false;
            // The one that failed may have arrived: looking costs less than sending it again.
            match self.compare(path, bytes).await {
                Ok(There::Same) => return Ok(Put::Created),
                Ok(There::Other) => return Err(differs()),
                Ok(There::Nothing) | Err(_) => {}
            }
        }
    }

    /// Whether these bytes are there. Where the credentials may create and list but not read, as those of a backup host
    /// should, the length must do: the name is a keyed hash, so nobody else can have made the object.
    async fn compare(&self, path: &Path, bytes: &Bytes) -> Result<There, Fault> {
        let length = match self.wire.length(path).await {
            Err(fault) if fault.kind == Kind::Refused => self.listed_length(path).await?,
            Err(fault) if fault.kind == Kind::Missing => None,
            length => Some(length?),
        };
        match length {
            None => return Ok(There::Nothing),
            Some(length) if length != bytes.len() as u64 => return Ok(There::Other),
            Some(_) => {}
        }
        match self.read(path, bytes.len() as u64).await {
            Ok(there) if there == bytes => Ok(There::Same),
            Ok(_) => Ok(There::Other),
            Err(fault) if fault.kind == Kind::Refused => {
                tracing::warn!(
                    cloud = %self.identity.name,
                    object = %path,
                    "an object was there already and may not be read: only its length was compared"
                );
                Ok(There::Same)
            }
            Err(fault) => Err(fault),
        }
    }

    async fn listed_length(&self, path: &Path) -> Result<Option<u64>, Fault> {
        let mut parts: Vec<_> = path.parts().collect();
        parts.pop();
        let mut found = Vec::new();
        let folder = Path::from_iter(parts);
        self.wire.list(&folder, None, &mut found).await?;
        let object = found.iter().find(|object| object.name == path.as_ref());
        Ok(object.map(|object| object.bytes))
    }

    async fn read(&self, path: &Path, at_most: u64) -> Result<Bytes, Fault> {
        let mut persistence = Persistence::new(self.patience);
        let mut so_far = SoFar::default();
        loop {
            match self
                .read_on(path, at_most, &mut so_far, &mut persistence)
                .await
            {
                Ok(()) => return Ok(so_far.bytes.freeze()),
                Err(fault) => persistence.endure(fault).await?,
            }
        }
    }

    /// Reads on from the byte received last.
    async fn read_on(
        &self,
        path: &Path,
        at_most: u64,
        so_far: &mut SoFar,
        persistence: &mut Persistence,
    ) -> Result<(), Fault> {
        let from = so_far.bytes.len() as u64;
        let reading = self.wire.read(path, from, so_far.tag.as_deref()).await;
        let mut reading = match reading {
            // What was begun is not there any more: objects never change, so this one was replaced.
            Err(fault) if from > 0 && !fault.may_pass && fault.kind != Kind::Refused => {
                self.shared.meter.fetched_again(so_far.bytes.len());
                *so_far = SoFar::default();
                return Err(Fault {
                    may_pass: true,
                    ..fault
                });
            }
            reading => reading?,
        };
        if reading.length > at_most {
            let detail = format!("{} bytes instead of at most {at_most}", reading.length);
            return Err(Fault::lasting(Kind::TooLong, detail));
        }
        if from > 0 && so_far.length != reading.length {
            return Err(Fault::lasting(
                Kind::Differs,
                "it was replaced while it was read",
            ));
        }
        so_far.length = reading.length;
        so_far.tag = reading.tag.take();
        let missing = reading.length - from.min(reading.length);
        so_far.bytes.reserve(usize::try_from(missing).unwrap_or(0));
        while let Some(chunk) = reading.chunks.next().await {
            let chunk = chunk?;
            self.shared.down.pass(chunk.len()).await;
            self.shared.meter.fetched(chunk.len());
            if (so_far.bytes.len() + chunk.len()) as u64 > reading.length {
                return Err(Fault::lasting(Kind::TooLong, "more bytes than it said"));
            }
            so_far.bytes.extend_from_slice(&chunk);
            persistence.gain();
        }
        if so_far.bytes.len() as u64 == reading.length {
            Ok(())
        } else {
            Err(Fault::passing(
                Kind::Unreachable,
                "the answer ended too early",
            ))
        }
    }

    async fn list_all(&self, folder: &Path) -> Result<Vec<Listed>, Fault> {
        let mut persistence = Persistence::new(self.patience);
        let mut found: Vec<Listed> = Vec::new();
        loop {
            let before = found.len();
            let after = found.last().map(|last| Path::from(last.name.as_str()));
            match self.wire.list(folder, after.as_ref(), &mut found).await {
                Ok(()) => return Ok(found),
                Err(fault) => {
                    if found.len() > before {
                        persistence.gain();
                    }
                    persistence.endure(fault).await?;
                }
            }
        }
    }
}

/// What was received of an object.
#[derive(Debug, Default)]
struct SoFar {
    bytes: BytesMut,
    length: u64,
    tag: Option<String>,
}

fn differs() -> Fault {
    Fault::lasting(Kind::Differs, "an object of this name is there already")
}

#[async_trait]
impl Cloud for Remote {
    fn number(&self) -> u8 {
        self.identity.number
    }

    fn name(&self) -> &str {
        &self.identity.name
    }

    async fn put_new(&self, name: &str, bytes: Bytes) -> Result<Put, CloudError> {
        let path = self.path(name)?;
        let put = self.create(&path, &bytes).await;
        put.map_err(|fault| self.failed(name, &fault))
    }

    async fn get(&self, name: &str, at_most: u64) -> Result<Bytes, CloudError> {
        let path = self.path(name)?;
        let bytes = self.read(&path, at_most).await;
        bytes.map_err(|fault| self.failed(name, &fault))
    }

    async fn list(&self, prefix: &str) -> Result<Vec<Listed>, CloudError> {
        let folder = self.path(prefix)?;
        let found = self.list_all(&folder).await;
        let found = found.map_err(|fault| self.failed(prefix, &fault))?;
        let below = match folder.as_ref() {
            "" => String::new(),
            folder => format!("{folder}/"),
        };
        let mut objects: Vec<Listed> = found
            .into_iter()
            .filter(|object| object.name.starts_with(&below))
            .map(|object| Listed {
                name: self.relative(&object.name),
                ..object
            })
            .collect();
        objects.sort();
        Ok(objects)
    }

    async fn folders(&self, prefix: &str) -> Result<Vec<String>, CloudError> {
        let folder = self.path(prefix)?;
        let mut persistence = Persistence::new(self.patience);
        loop {
            match self.wire.folders(&folder).await {
                Ok(found) => {
                    let mut folders: Vec<String> =
                        found.iter().map(|full| self.relative(full)).collect();
                    folders.sort();
                    return Ok(folders);
                }
                Err(fault) => {
                    let endured = persistence.endure(fault).await;
                    endured.map_err(|fault| self.failed(prefix, &fault))?;
                }
            }
        }
    }

    async fn delete(&self, name: &str) -> Result<(), CloudError> {
        let path = self.path(name)?;
        let mut persistence = Persistence::new(self.patience);
        loop {
            match self.wire.delete(&path).await {
                Ok(()) => return Ok(()),
                Err(fault) if fault.kind == Kind::Missing => return Ok(()),
                Err(fault) => {
                    let endured = persistence.endure(fault).await;
                    endured.map_err(|fault| self.failed(name, &fault))?;
                }
            }
        }
    }

    async fn clock_skew(&self) -> Result<Option<TimeDelta>, CloudError> {
        if self.shared.skew().is_none() {
            // Every answer has a date; this asks for a short one.
            self.folders("r").await?;
        }
        Ok(self.shared.skew())
    }

    fn traffic(&self) -> Traffic {
        self.shared.meter.so_far()
    }
}
