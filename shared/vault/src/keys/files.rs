//! Writing files that hold keys: never over another file, whole or not at all, secrets for their owner only.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use zeroize::Zeroizing;

/// A file to be written.
pub struct Fresh {
    name: String,
    bytes: Zeroizing<Vec<u8>>,
    public: bool,
}

impl Fresh {
    /// A file that only its owner may read.
    pub fn secret(name: impl Into<String>, bytes: Zeroizing<Vec<u8>>) -> Self {
        Self {
            name: name.into(),
            bytes,
            public: false,
        }
    }

    /// A file that everybody may read.
    pub fn public(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self {
            name: name.into(),
            bytes: Zeroizing::new(bytes),
            public: true,
        }
    }
}

impl std::fmt::Debug for Fresh {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fresh({})", self.name)
    }
}

/// Files that were not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteFault {
    /// A file of this name is there; nothing was written.
    #[error("{0} is there already and is not overwritten")]
    Exists(PathBuf),
    /// The folder refused; nothing was left behind.
    #[error("{path} cannot be written: {fault}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        fault: io::Error,
    },
}

/// Writes files into `folder`, which is made if it is missing: all of them, durably, or none.
///
/// # Errors
/// When one of them is there already, or the folder cannot be written to.
pub fn write_new(folder: &Path, files: &[Fresh]) -> Result<(), WriteFault> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |fault| WriteFault::Io { path, fault }
    };
    for file in files {
        let path = folder.join(&file.name);
        if path.symlink_metadata().is_ok() {
            return Err(WriteFault::Exists(path));
        }
    }
    fs::create_dir_all(folder).map_err(failed(folder))?;
    let mut drafts = Vec::with_capacity(files.len());
    for file in files {
        drafts.push(draft(folder, file).map_err(failed(&folder.join(&file.name)))?);
    }
    let mut written: Vec<PathBuf> = Vec::with_capacity(files.len());
    for (file, draft) in files.iter().zip(drafts) {
        let path = folder.join(&file.name);
        if let Err(fault) = draft.persist_noclobber(&path) {
            for ours in &written {
                fs::remove_file(ours).map_err(failed(ours))?;
            }
            return Err(if fault.error.kind() == io::ErrorKind::AlreadyExists {
                WriteFault::Exists(path)
            } else {
                failed(&path)(fault.error)
            });
        }
        written.push(path);
    }
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed(folder))
}

/// A durable file under another name. It is made for its owner only and goes away unless it is given its name.
fn draft(folder: &Path, file: &Fresh) -> io::Result<NamedTempFile> {
    let mut draft = tempfile::Builder::new()
        .prefix(".lifeboat-draft-")
        .tempfile_in(folder)?;
    draft.write_all(&file.bytes)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = if file.public { 0o644 } else { 0o600 };
        draft
            .as_file()
            .set_permissions(fs::Permissions::from_mode(mode))?;
    }
    draft.as_file().sync_all()?;
    Ok(draft)
}
