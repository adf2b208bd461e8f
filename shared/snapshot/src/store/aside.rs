//! Where the rows that are put aside go: a folder that holds nothing else.
//!
//! They are written into a folder beside it that belongs to one load, also where that is killed and resumed, and put in its place
//! after the switch. So a load that fails leaves what an earlier one put aside as it is.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::package::Package;
use crate::package::node::DESCRIPTOR;
use crate::progress::SharedProgress;
use crate::store::{LoadError, LoadOptions, Refusal, Snapshot};

/// The folder that was asked for, as an absolute path, so that a resumed load finds the same one. Nothing is written yet.
pub(super) fn folder(
    options: &LoadOptions,
    package: &Package,
) -> Result<Option<PathBuf>, LoadError> {
    let Some(named) = &options.quarantine else {
        return Ok(None);
    };
    let unreadable = |error| LoadError::Quarantine {
        dir: named.clone(),
        error,
    };
    let dir = absolute(named).map_err(unreadable)?;
    match objection(&dir, package).map_err(unreadable)? {
        Some(why) => Err(Refusal::Quarantine { dir, why }.into()),
        None => Ok(Some(dir)),
    }
}

/// The path without links, also of a folder that is not there yet.
fn absolute(named: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(named) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        known => return known,
    }
    let whole = std::path::absolute(named)?;
    let (Some(above), Some(name)) = (whole.parent(), whole.file_name()) else {
        return Err(io::Error::new(
            io::ErrorKind::NotFound,
            "no such folder, and none that can be made",
        ));
    };
    absolute(above).map(|above| above.join(name))
}

/// Why rows cannot be put aside in `dir`.
fn objection(dir: &Path, package: &Package) -> io::Result<Option<&'static str>> {
    let own = package.folder();
    if dir.starts_with(own) || own.starts_with(dir) {
        return Ok(Some("it is the package's folder, lies in it, or holds it"));
    }
    let about = match fs::symlink_metadata(dir) {
        Ok(about) => about,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if !about.is_dir() {
        return Ok(Some("it is not a folder"));
    }
    // Known before the rows are read, and not an hour later: no folder can be put in the place of such a one.
    if let Some(above) = dir.parent()
        && fs::metadata(above)?.dev() != about.dev()
    {
        return Ok(Some(
            "a file system is mounted there; name a folder below it",
        ));
    }
    if holds_something_else(dir, &package.origin.system)? {
        return Ok(Some(
            "it holds something else than rows that an earlier load of this system put aside",
        ));
    }
    Ok(None)
}

/// Whether there is anything in `dir` but a description of rows of `system` that were put aside, and their parts.
fn holds_something_else(dir: &Path, system: &str) -> io::Result<bool> {
    let (mut is_empty, mut is_described) = (true, false);
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        is_empty = false;
        let kind = entry.file_type()?;
        if kind.is_file() && entry.file_name() == DESCRIPTOR {
            is_described = describes_rows_put_aside(&entry.path(), system)?;
        } else if !kind.is_dir() || !holds_only_parts(&entry.path())? {
            return Ok(true);
        }
    }
    Ok(!is_empty && !is_described)
}

fn describes_rows_put_aside(file: &Path, system: &str) -> io::Result<bool> {
    let bytes = fs::read(file)?;
    let value = serde_json::from_slice::<Value>(&bytes).unwrap_or_default();
    let lifeboat = &value["lifeboat"];
    Ok(lifeboat["system"] == system && lifeboat["quarantine_of"].is_string())
}

fn holds_only_parts(folder: &Path) -> io::Result<bool> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let is_part = entry.path().extension().is_some_and(|end| end == "csv");
        if !is_part || !entry.file_type()?.is_file() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The folder that the load of `draft` writes into, until it is put in the place of `dir`.
pub(super) fn beside(dir: &Path, draft: &Snapshot) -> PathBuf {
    let mut name = dir.file_name().unwrap_or_default().to_owned();
    name.push(format!(".loading-{}", draft.id.simple()));
    dir.with_file_name(name)
}

/// Lets those and only those into `made` whom `dir`, if it is there, lets in: rows that are put aside are not masked.
pub(super) fn protect_alike(made: &Path, dir: &Path) -> io::Result<()> {
    match fs::metadata(dir) {
        Ok(about) => fs::set_permissions(made, about.permissions()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Puts the rows that were put aside in their place, once their snapshot is served, and says where they are; `None` if there are
/// none, or they are in their place already.
pub(super) fn settle(served: &Snapshot, progress: &SharedProgress) -> Option<PathBuf> {
    let dir = Path::new(served.quarantine.as_deref()?);
    let made = beside(dir, served);
    if !made.join(DESCRIPTOR).is_file() {
        // What it replaced may be left over from a kill.
        let _ = fs::remove_dir_all(replaced(&made));
        return None;
    }
    match replace(dir, &made, &served.system) {
        Ok(()) => Some(dir.to_owned()),
        Err(error) => {
            progress.warn(&format!(
                "the rows that were put aside are in {}, because they cannot be moved to {}: {error}",
                made.display(),
                dir.display()
            ));
            Some(made)
        }
    }
}

/// Puts `made` in the place of `dir`. A second call goes on where a killed one stopped.
fn replace(dir: &Path, made: &Path, system: &str) -> io::Result<()> {
    let old = replaced(made);
    if dir.exists() {
        // The load may have taken an hour, in which others use the folder.
        if holds_something_else(dir, system)? {
            return Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                "it holds something else by now",
            ));
        }
        fs::rename(dir, &old)?;
    }
    fs::rename(made, dir)?;
    match fs::remove_dir_all(&old) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Where the folder is whose place `made` takes, for as long as that takes.
fn replaced(made: &Path) -> PathBuf {
    let mut old = made.as_os_str().to_owned();
    old.push(".old");
    PathBuf::from(old)
}

/// Removes what a load put aside that is not taken up again.
pub(super) fn forget(draft: &Snapshot) {
    if let Some(dir) = &draft.quarantine {
        // It may never have been made; and if it stays, it is in nobody's way.
        let _ = fs::remove_dir_all(beside(Path::new(dir), draft));
    }
}
