//! What is backed up: data packages, folders, single files and PostgreSQL databases, all seen as a list of files.
//!
//! Everything is read once, from the front, and never spooled. Reading is synchronous: call it from a thread that may block.

mod database;
mod error;
mod file;
mod folder;
mod head;
mod notes;
mod package;

use std::path::Path;

use database::DatabaseSource;
pub(crate) use database::{ident, named};
pub use error::SourceError;
pub use file::SourceFile;
use folder::FolderSource;
pub use head::{Kind, SourceHead, SourceOptions};
pub use notes::Note;

/// One thing that is backed up.
#[derive(Debug)]
pub struct Source(Inner);

#[derive(Debug)]
enum Inner {
    Folder(FolderSource),
    Database(DatabaseSource),
}

/// Opens what the operator named: a folder, a file, or `postgres://…`.
///
/// A folder that holds data packages in its sub-folders is several sources; what else it holds is one more.
///
/// # Errors
/// When it cannot be read, or holds what a restore could not give back.
pub fn open(spec: &str, options: &SourceOptions) -> Result<Vec<Source>, SourceError> {
    if spec.starts_with("postgres://") || spec.starts_with("postgresql://") {
        let source = DatabaseSource::open(spec, options)?;
        return Ok(vec![Source(Inner::Database(source))]);
    }
    if spec.is_empty() || spec.contains("://") {
        return Err(SourceError::Spec);
    }
    let sources = folder::open(Path::new(spec), options)?;
    Ok(sources
        .into_iter()
        .map(|source| Source(Inner::Folder(source)))
        .collect())
}

impl Source {
    /// What the root manifest says of it.
    #[must_use]
    pub const fn head(&self) -> &SourceHead {
        match &self.0 {
            Inner::Folder(source) => source.head(),
            Inner::Database(source) => source.head(),
        }
    }

    /// How many bytes it will be, as far as is known before reading: a database does not say.
    #[must_use]
    pub fn bytes(&self) -> Option<u64> {
        match &self.0 {
            Inner::Folder(source) => Some(source.bytes()),
            Inner::Database(_) => None,
        }
    }

    /// The next file; the files of one table follow each other, tables come before other files.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn next_file(&mut self) -> Result<Option<SourceFile>, SourceError> {
        match &mut self.0 {
            Inner::Folder(source) => source.next_file(),
            Inner::Database(source) => Ok(source.next_file()),
        }
    }

    /// What the operator should be told, once every file was read.
    #[must_use]
    pub fn notes(&self) -> Vec<Note> {
        match &self.0 {
            Inner::Folder(source) => source.notes(),
            Inner::Database(source) => source.notes(),
        }
    }
}
