//! From a URL to a cloud.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use runtime::clock::SharedClock;

use super::error::Identity;
use super::local::{LocalFolder, synchronise};
use super::{Cloud, CloudError, CloudSettings, Kind, providers};

/// Opens the cloud that these settings describe, as number `number` (from 1) of its repository. Nothing is asked of it yet.
///
/// # Errors
/// [`Kind::Settings`] when the settings or the credentials cannot be used.
pub fn open(
    settings: &CloudSettings,
    number: u8,
    clock: &SharedClock,
) -> Result<Arc<dyn Cloud>, CloudError> {
    let identity = identity(settings, number);
    if settings.url.scheme() == "file" {
        let root = folder(settings, &identity)?;
        let clock = Arc::clone(clock);
        return Ok(Arc::new(LocalFolder::open(settings, identity, root, clock)));
    }
    match providers::open(settings, identity.clone(), clock) {
        Ok(remote) => Ok(Arc::new(remote)),
        Err(detail) => Err(identity.error("", Kind::Settings, detail)),
    }
}

/// Makes what must be there before a cloud is first used: the folder of a `file:` URL. Buckets and containers are made at
/// the provider, with their locks.
///
/// # Errors
/// When the folder cannot be made.
pub fn prepare(settings: &CloudSettings, number: u8) -> Result<(), CloudError> {
    if settings.url.scheme() != "file" {
        return Ok(());
    }
    let identity = identity(settings, number);
    let folder = folder(settings, &identity)?;
    make_all(&folder).map_err(|error| {
        let detail = format!("cannot make {}: {error}", folder.display());
        identity.error("", Kind::Settings, detail)
    })
}

fn make_all(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(above) = folder.parent() {
        make_all(above)?;
        std::fs::create_dir(folder)?;
        synchronise(above)?;
    }
    Ok(())
}

fn identity(settings: &CloudSettings, number: u8) -> Identity {
    Identity {
        number,
        name: settings.name.clone(),
    }
}

fn folder(settings: &CloudSettings, identity: &Identity) -> Result<PathBuf, CloudError> {
    settings.url.to_file_path().map_err(|()| {
        let detail = "a file URL is file:///absolute/folder";
        identity.error("", Kind::Settings, detail)
    })
}
