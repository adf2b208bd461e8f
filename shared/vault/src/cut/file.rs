use std::io::Read;

use crate::cut::chunks::Chunks;
use crate::cut::recipe::Recipe;
use crate::cut::{CutError, content};
use crate::object::{ContentHash, ContentKey, Part, Segment};

/// Takes extents: deduplicates, compresses, packs.
pub trait Extents: Send {
    /// Takes the bytes of one extent, at most 4 MiB. Bytes that are stored already are not stored again.
    ///
    /// # Errors
    /// When they cannot be kept; the run is over then.
    fn put(&mut self, raw: Vec<u8>) -> Result<ContentHash, CutError>;

    /// An empty buffer for the bytes of the next extent: one that was put before, where that is done with.
    fn buffer(&mut self) -> Vec<u8> {
        Vec::new()
    }

    /// Whether an extent is stored in this generation, so that a file may refer to it.
    fn knows(&self, hash: &ContentHash) -> bool;
}

/// Why a file that should be a table is kept only as bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsplit {
    /// First byte of the record that cannot be told apart.
    pub at: u64,
    /// Why.
    pub reason: &'static str,
}

/// How extents give a file back: its segments, joined.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileCut {
    /// Length of the file.
    pub bytes: u64,
    /// BLAKE3 of the file.
    pub blake3: [u8; 32],
    /// The extents that the segments refer to, old and new, in order of first use.
    pub extents: Vec<ContentHash>,
    /// The file.
    /// Their extents are indices in [`extents`](Self::extents).
    pub segments: Vec<Segment>,
    /// Rows of a table, without headers.
    pub rows: u64,
    /// Key ranges of a table; empty for other files.
    pub parts: Vec<Part>,
    /// Bytes that were put, including those that turned out to be stored already.
    pub literal_bytes: u64,
    /// Set when the file should be a table and is none: every byte is kept, but there are no rows and no parts, and the manifest
    /// must not name a table.
    pub unsplit: Option<Unsplit>,
}

/// Cuts a file by its content.
///
/// # Errors
/// When it cannot be read or the extents are not taken.
pub fn file(
    mut reader: impl Read,
    key: &ContentKey,
    extents: &mut dyn Extents,
) -> Result<FileCut, CutError> {
    let mut recipe = Recipe::default();
    let mut chunks = Chunks::new(content::seed(key));
    let mut hasher = blake3::Hasher::new();
    loop {
        let fresh = chunks.fill(&mut reader).map_err(CutError::Read)?;
        if fresh.is_empty() {
            break;
        }
        hasher.update(fresh);
        while let Some(piece) = chunks.next_whole() {
            recipe.put(piece, extents)?;
        }
    }
    while let Some(piece) = chunks.next_last() {
        recipe.put(piece, extents)?;
    }
    Ok(recipe.finish(&hasher))
}
