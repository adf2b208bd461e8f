//! Reads a file and notices when it changes meanwhile.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use crate::source::SourceError;
use crate::source::folder::listing::Listed;
use crate::source::folder::unreadable;
use crate::source::notes::Notes;

/// A file that is being read.
#[derive(Debug)]
pub(crate) struct Watched {
    file: File,
    path: String,
    before: Metadata,
    read: u64,
    notes: Option<Notes>,
}

impl Watched {
    pub(crate) fn open(listed: &Listed, notes: Notes) -> Result<Self, SourceError> {
        let failed = |source| unreadable(&listed.place, source);
        let named = fs::symlink_metadata(&listed.place).map_err(failed)?;
        if !named.is_file() {
            return Err(SourceError::NotAFile {
                path: listed.place.clone(),
                what: "no ordinary file any more",
            });
        }
        let file = File::open(&listed.place).map_err(failed)?;
        let before = file.metadata().map_err(failed)?;
        if (before.dev(), before.ino()) != (named.dev(), named.ino()) {
            return Err(SourceError::NotAFile {
                path: listed.place.clone(),
                what: "replaced by something else while it is opened",
            });
        }
        Ok(Self {
            file,
            path: listed.path.clone(),
            before,
            read: 0,
            notes: Some(notes),
        })
    }

    pub(crate) fn is_executable(&self) -> bool {
        self.before.permissions().mode() & 0o100 != 0
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.before.len()
    }

    /// At the end, once: whether it is still the file that was opened.
    fn compare(&mut self) -> io::Result<()> {
        let Some(notes) = self.notes.take() else {
            return Ok(());
        };
        let after = self.file.metadata()?;
        let seen = |about: &Metadata| (about.len(), about.mtime(), about.mtime_nsec());
        if seen(&self.before) != seen(&after) || self.read != self.before.len() {
            notes.add(
                &self.path,
                "it changed while it was read: what is kept may be neither the old file nor the new one",
            );
        }
        Ok(())
    }
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.read += read as u64;
        if read == 0 && !buffer.is_empty() {
            self.compare()?;
        }
        Ok(read)
    }
}
