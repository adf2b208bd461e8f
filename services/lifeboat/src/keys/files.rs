//! Reading and writing the files of keys, with words for the operator.

use std::fs;
use std::path::Path;

use vault::keys::{CustodianFile, Fresh, MasterPublic, SessionKey, SessionPublic, WriteFault};
use vault::object::ObjectFault;

use crate::outcome::Failure;

pub(super) fn master(path: &Path) -> Result<MasterPublic, Failure> {
    parsed(path, MasterPublic::from_bytes)
}

pub(super) fn session(path: &Path) -> Result<SessionPublic, Failure> {
    parsed(path, SessionPublic::from_bytes)
}

pub(super) fn session_key(path: &Path) -> Result<SessionKey, Failure> {
    parsed(path, SessionKey::from_bytes)
}

pub(super) fn custodian(path: &Path) -> Result<CustodianFile, Failure> {
    CustodianFile::read(path).map_err(|fault| unreadable(path, &fault))
}

/// Writes one file, never over another one.
pub(super) fn write(path: &Path, file: impl FnOnce(&str) -> Fresh) -> Result<(), Failure> {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .ok_or_else(|| Failure::usage(format!("{} is not the name of a file", path.display())))?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    vault::keys::write_new(folder, &[file(name)]).map_err(|fault| unwritten(&fault))
}

pub(super) fn unwritten(fault: &WriteFault) -> Failure {
    match fault {
        WriteFault::Exists(_) => Failure::refused(fault)
            .next("nothing was changed; name another place, or move the old file away yourself"),
        WriteFault::Io { .. } => Failure::failed(fault),
    }
}

fn parsed<T>(path: &Path, parse: fn(&[u8]) -> Result<T, ObjectFault>) -> Result<T, Failure> {
    let bytes = fs::read(path).map_err(|fault| unreadable(path, &fault))?;
    parse(&bytes).map_err(|fault| Failure::failed(format!("{}: {fault}", path.display())))
}

fn unreadable(path: &Path, fault: &std::io::Error) -> Failure {
    Failure::failed(format!("{} cannot be read: {fault}", path.display()))
}
