//! Finds the files of a folder. Links are never followed, so nothing outside of the folder is ever read.

use std::ffi::OsStr;
use std::fs::{self, FileType};
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};

use crate::source::SourceError;
use crate::source::folder::{name_of, unreadable};

/// A file that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Below the source.
    pub(crate) path: String,
    /// On this machine.
    pub(crate) place: PathBuf,
    /// Its length when it was found.
    pub(crate) bytes: u64,
}

/// One file that was named itself.
pub(crate) fn single(place: &Path) -> Result<Listed, SourceError> {
    let about = fs::symlink_metadata(place).map_err(|source| unreadable(place, source))?;
    check(place, about.file_type())?;
    Ok(Listed {
        path: name_of(place)?,
        place: place.to_owned(),
        bytes: about.len(),
    })
}

/// All files below a folder, in order of their paths.
pub(crate) fn below(root: &Path) -> Result<Vec<Listed>, SourceError> {
    let mut files = Vec::new();
    let mut folders = vec![(String::new(), root.to_owned())];
    while let Some((prefix, folder)) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(|source| unreadable(&folder, source))?;
        for entry in entries {
            let entry = entry.map_err(|source| unreadable(&folder, source))?;
            let place = entry.path();
            let path = format!("{prefix}{}", text(&entry.file_name(), &place)?);
            let kind = entry
                .file_type()
                .map_err(|source| unreadable(&place, source))?;
            if kind.is_dir() {
                folders.push((format!("{path}/"), place));
            } else {
                check(&place, kind)?;
                // Tells progress only; a file that is gone already is noticed when it is read.
                let bytes = entry.metadata().map_or(0, |about| about.len());
                files.push(Listed { path, place, bytes });
            }
        }
    }
    files.sort_unstable_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

/// A name that every system can restore.
pub(crate) fn text<'a>(name: &'a OsStr, place: &Path) -> Result<&'a str, SourceError> {
    let bad = |why| SourceError::Name {
        path: place.display().to_string().escape_debug().to_string(),
        why,
    };
    let name = name.to_str().ok_or_else(|| bad("it is no UTF-8"))?;
    if name.contains('\\') || name.chars().any(char::is_control) {
        return Err(bad("it holds a backslash or a control character"));
    }
    Ok(name)
}

fn check(place: &Path, kind: FileType) -> Result<(), SourceError> {
    if kind.is_file() {
        return Ok(());
    }
    let what = if kind.is_symlink() {
        "a link"
    } else if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else if kind.is_block_device() || kind.is_char_device() {
        "a device"
    } else {
        "no ordinary file"
    };
    Err(SourceError::NotAFile {
        path: place.to_owned(),
        what,
    })
}
