//! The rows of a table as the last run saw them, and where they lie.
//!
//! A file in the state folder of the backup host, never on a cloud: hashes of rows under a key of the host, no row. It is not part of the
//! vault's format and may be lost: the next run then writes the table whole. A damaged one must not be believed, since a wrong place
//! would give wrong bytes a year later, so every block carries a keyed tag.

mod footer;
mod reader;
mod writer;

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::cut::content::{RowHash, RowKey};
use crate::object::ContentKey;

pub(crate) use footer::Footer;
pub(crate) use reader::{RowAt, SeenReader};
pub(crate) use writer::SeenWriter;

/// Rows of a block; a block is what is read at once.
pub(crate) const BLOCK_ROWS: usize = 2048;
/// Greatest number of sampled rows by which a place far away is found.
pub(crate) const MOST_ANCHORS: usize = 1 << 17;

/// A row of the last run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SeenRow {
    pub(crate) hash: RowHash,
    /// Index in the footer's extents.
    pub(crate) extent: u32,
    pub(crate) offset: u32,
    pub(crate) length: u32,
}

/// Why a list of rows is not used. The table is then written whole.
#[derive(Debug, thiserror::Error)]
pub enum SeenFault {
    /// There is none: the table was never backed up from this host.
    #[error("no list of rows of the last run is there")]
    Missing,
    /// It cannot be read.
    #[error("the list of rows of the last run cannot be read")]
    Read(#[source] io::Error),
    /// It was cut off, changed, or written by another version or for another generation.
    #[error("the list of rows of the last run is damaged or of another generation")]
    Damaged,
}

#[derive(Debug)]
enum Place {
    /// Not kept yet; gone when dropped.
    Fresh(NamedTempFile),
    Kept(File),
}

/// The rows of a table as one run saw them.
#[derive(Debug)]
pub struct SeenTable {
    place: Place,
    footer: Footer,
}

impl SeenTable {
    /// Opens the list of rows that a run kept.
    ///
    /// # Errors
    /// When there is none or it must not be believed.
    pub fn load(path: &Path, key: &ContentKey) -> Result<Self, SeenFault> {
        let mut file = File::open(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => SeenFault::Missing,
            _ => SeenFault::Read(error),
        })?;
        let footer = Footer::read(&mut file, &RowKey::of(key))?;
        Ok(Self {
            place: Place::Kept(file),
            footer,
        })
    }

    /// Keeps the list for the next run. Nothing waits for the disk: a list that a power cut destroyed is noticed by its tags, and costs a
    /// table sent whole, while hundreds of megabytes of it would hold up every run.
    ///
    /// # Errors
    /// What the operating system said; what was at `path` is then still there.
    pub fn save(self, path: &Path) -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let fresh = match self.place {
            Place::Fresh(fresh) => fresh,
            Place::Kept(mut file) => {
                let mut copy = NamedTempFile::new_in(folder)?;
                file.seek(SeekFrom::Start(0))?;
                io::copy(&mut file, copy.as_file_mut())?;
                copy
            }
        };
        fresh.persist(path).map_err(|error| error.error)?;
        Ok(())
    }

    /// Rows in the list.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.footer.rows
    }

    pub(crate) fn fresh(file: NamedTempFile, footer: Footer) -> Self {
        Self {
            place: Place::Fresh(file),
            footer,
        }
    }

    pub(crate) fn into_parts(self) -> (Store, Footer) {
        (Store(self.place), self.footer)
    }
}

/// The open file of a list.
#[derive(Debug)]
pub(crate) struct Store(Place);

impl Store {
    pub(crate) fn file(&mut self) -> &mut File {
        match &mut self.0 {
            Place::Fresh(file) => file.as_file_mut(),
            Place::Kept(file) => file,
        }
    }
}
