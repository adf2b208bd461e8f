//! Where a snapshot in SQLite is.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Failure;

/// The database of the snapshot, which is larger than the registry beside it.
pub(super) fn largest(folder: &Path) -> Result<PathBuf, Failure> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let about = entry.metadata()?;
            if about.is_dir() {
                folders.push(entry.path());
            } else {
                files.push((about.len(), entry.path()));
            }
        }
    }
    let (_, largest) = files.into_iter().max().ok_or("the load made no file")?;
    Ok(largest)
}
