//! Collects the segments of one file.

use crate::cut::{CutError, Extents, FileCut};
use crate::object::{ContentHash, Segment};

/// Stands for the hash of an extent whose bytes are still being gathered.
pub(crate) const OPEN: ContentHash = ContentHash([0; 32]);

/// The segments of a file so far.
#[derive(Debug, Default)]
pub(crate) struct Recipe {
    cut: FileCut,
}

impl Recipe {
    /// Puts one extent and refers to all of it.
    pub(crate) fn put(&mut self, raw: Vec<u8>, extents: &mut dyn Extents) -> Result<(), CutError> {
        let length = length(raw.len())?;
        let extent = self.open()?;
        self.add(extent, 0, length);
        self.close(extent, raw, extents)
    }

    /// Makes room for an extent that will be put later.
    pub(crate) fn open(&mut self) -> Result<u32, CutError> {
        self.known(OPEN)
    }

    /// Puts the bytes of an extent that was opened.
    pub(crate) fn close(
        &mut self,
        extent: u32,
        raw: Vec<u8>,
        extents: &mut dyn Extents,
    ) -> Result<(), CutError> {
        self.cut.literal_bytes += raw.len() as u64;
        self.cut.extents[extent as usize] = extents.put(raw)?;
        Ok(())
    }

    /// Adds an extent that is stored already.
    pub(crate) fn known(&mut self, hash: ContentHash) -> Result<u32, CutError> {
        let index = u32::try_from(self.cut.extents.len()).map_err(|_| CutError::TooManyExtents)?;
        self.cut.extents.push(hash);
        Ok(index)
    }

    /// Refers to a byte range; neighbours are joined.
    pub(crate) fn add(&mut self, extent: u32, offset: u32, length: u32) {
        self.cut.bytes += u64::from(length);
        if let Some(last) = self.cut.segments.last_mut()
            && last.extent == extent
            && u64::from(last.offset) + u64::from(last.length) == u64::from(offset)
            && let Some(joined) = last.length.checked_add(length)
        {
            last.length = joined;
            return;
        }
        self.cut.segments.push(Segment {
            extent,
            offset,
            length,
        });
    }

    pub(crate) fn hash_of(&self, extent: u32) -> ContentHash {
        self.cut.extents[extent as usize]
    }

    pub(crate) fn cut(&mut self) -> &mut FileCut {
        &mut self.cut
    }

    pub(crate) fn finish(mut self, hasher: &blake3::Hasher) -> FileCut {
        self.cut.blake3 = *hasher.finalize().as_bytes();
        self.cut
    }
}

/// A length of bytes in memory, which an extent's limit keeps small.
pub(crate) fn length(bytes: usize) -> Result<u32, CutError> {
    u32::try_from(bytes).map_err(|_| CutError::TooManyExtents)
}
