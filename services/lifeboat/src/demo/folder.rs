//! The demo's folder: everything it writes is in there, and it removes nothing that it did not write.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use crate::outcome::Failure;

/// Marks a folder as a demo's.
const MARK: &str = ".lifeboat-demo";

/// A folder that belongs to this run.
pub(crate) struct Folder {
    root: PathBuf,
    /// Held until the end, so that two demos never share a folder.
    _lock: File,
}

impl Folder {
    /// Makes the folder, or empties it where an earlier demo made it.
    pub(crate) fn claim(root: &Path) -> Result<Self, Failure> {
        let unusable = |error: std::io::Error| {
            Failure::usage(format!("--dir {}: {error}", root.display()))
                .next("name a folder that may be made or written, with --dir")
        };
        std::fs::create_dir_all(root).map_err(unusable)?;
        let mark = root.join(MARK);
        let mut entries = std::fs::read_dir(root).map_err(unusable)?;
        if !mark.exists() && entries.next().is_some() {
            return Err(Failure::refused(format!(
                "{} is not empty and was not made by a demo",
                root.display()
            ))
            .next("name another folder with --dir"));
        }
        let lock = File::create(&mark).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => (),
            Err(TryLockError::WouldBlock) => {
                return Err(
                    Failure::refused(format!("another demo is using {}", root.display()))
                        .next("name another folder with --dir"),
                );
            }
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        for entry in std::fs::read_dir(root)? {
            let path = entry?.path();
            if path == mark {
                continue;
            }
            if path.is_dir() {
                std::fs::remove_dir_all(&path)?;
            } else {
                std::fs::remove_file(&path)?;
            }
        }
        Ok(Self {
            root: root.canonicalize()?,
            _lock: lock,
        })
    }

    /// A path inside.
    pub(crate) fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.root.join(name)
    }

    /// A new folder inside.
    pub(crate) fn make(&self, name: &str) -> Result<PathBuf, Failure> {
        let path = self.join(name);
        std::fs::create_dir_all(&path)?;
        Ok(path)
    }
}

/// Refuses packages that lie in the demo's folder, which is emptied before they are copied.
pub(crate) fn keep_apart(root: &Path, given: &Path) -> Result<(), Failure> {
    // What is not there holds nothing, and is complained of where it is read or made.
    let (Ok(root), Ok(given)) = (root.canonicalize(), given.canonicalize()) else {
        return Ok(());
    };
    if given.starts_with(&root) {
        let said = format!(
            "{} lies in {}, which is emptied first",
            given.display(),
            root.display()
        );
        return Err(Failure::refused(said).next("name another folder with --dir"));
    }
    Ok(())
}

/// Copies a folder of plain files, however deep.
pub(crate) fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
