//! What is backed up: data packages, folders, single files and PostgreSQL databases, all seen as a list of files.
//!
//! Everything is read once, from the front, and never spooled. Reading is synchronous: call it from a thread that may block.

mod error;
mod file;
mod head;

pub use error::SourceError;
pub use file::SourceFile;
pub use head::{Kind, SourceHead, SourceOptions};
