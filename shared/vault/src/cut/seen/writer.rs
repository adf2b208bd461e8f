use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::cut::content::{RowHash, RowKey};
use crate::cut::seen::footer::{Anchor, BlockAt, Footer, SeenExtent};
use crate::cut::seen::{BLOCK_ROWS, MOST_ANCHORS, SeenRow, SeenTable};
use crate::object::ContentHash;

/// Kind of a block's tag.
pub(super) const TAG: u8 = 0;
/// One row in 256 is sampled, fewer of a large table.
const ANCHOR_BITS: u32 = 8;

/// Writes the rows of this run, one after the other.
#[derive(Debug)]
pub(crate) struct SeenWriter {
    file: BufWriter<NamedTempFile>,
    key: RowKey,
    footer: Footer,
    offset: u64,
    block: Vec<u8>,
    rows: usize,
    /// Where the row before ends: the usual place of the next one.
    next: Option<(u32, u32)>,
}

impl SeenWriter {
    pub(crate) fn new(folder: &Path, key: RowKey) -> io::Result<Self> {
        Ok(Self {
            file: BufWriter::with_capacity(1 << 17, NamedTempFile::new_in(folder)?),
            key,
            footer: Footer {
                anchor_bits: ANCHOR_BITS,
                ..Footer::default()
            },
            offset: 0,
            block: Vec::new(),
            rows: 0,
            next: None,
        })
    }

    /// Names an extent that rows lie in.
    pub(crate) fn extent(&mut self, hash: ContentHash, raw: u32) -> u32 {
        self.footer.extents.push(SeenExtent { hash, raw, live: 0 });
        // One for every recipe entry at most, which was counted before.
        u32::try_from(self.footer.extents.len() - 1).unwrap_or(u32::MAX)
    }

    /// Says what became of an extent that was named before its bytes were known.
    pub(crate) fn close(&mut self, extent: u32, hash: ContentHash, raw: u32) {
        if let Some(named) = self.footer.extents.get_mut(extent as usize) {
            named.hash = hash;
            named.raw = raw;
        }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, row: &SeenRow) -> io::Result<()> {
        self.sample(&row.hash);
        if let Some(extent) = self.footer.extents.get_mut(row.extent as usize) {
            extent.live += u64::from(row.length);
        }
        self.block.extend_from_slice(&row.hash);
        if self.next != Some((row.extent, row.offset)) {
            // No row has length 0: a jump.
            self.block.push(0);
            varint(&mut self.block, row.extent);
            varint(&mut self.block, row.offset);
        }
        varint(&mut self.block, row.length);
        self.next = row
            .offset
            .checked_add(row.length)
            .map(|end| (row.extent, end));
        self.rows += 1;
        self.footer.rows += 1;
        if self.rows == BLOCK_ROWS {
            self.end_block()?;
        }
        Ok(())
    }

    pub(crate) fn finish(mut self) -> io::Result<SeenTable> {
        self.end_block()?;
        self.footer.write(&mut self.file, self.offset, &self.key)?;
        let file = self
            .file
            .into_inner()
            .map_err(std::io::IntoInnerError::into_error)?;
        Ok(SeenTable::fresh(file, self.footer))
    }

    fn end_block(&mut self) -> io::Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        let number = self.footer.blocks.len() as u64;
        let length = u32::try_from(self.block.len()).map_err(io::Error::other)?;
        self.file.write_all(&self.block)?;
        self.file
            .write_all(&self.key.tag(TAG, number, &self.block))?;
        self.footer.blocks.push(BlockAt {
            offset: self.offset,
            length,
        });
        self.offset += u64::from(length) + 16;
        self.block.clear();
        self.rows = 0;
        self.next = None;
        Ok(())
    }

    fn sample(&mut self, hash: &RowHash) {
        let hash = front(hash);
        if !is_anchor(hash, self.footer.anchor_bits) {
            return;
        }
        let (Ok(block), Ok(row)) = (
            u32::try_from(self.footer.blocks.len()),
            u16::try_from(self.rows),
        ) else {
            return;
        };
        self.footer.anchors.push(Anchor { hash, block, row });
        if self.footer.anchors.len() > MOST_ANCHORS {
            self.footer.anchor_bits += 1;
            let bits = self.footer.anchor_bits;
            self.footer
                .anchors
                .retain(|anchor| is_anchor(anchor.hash, bits));
        }
    }
}

/// The part of a hash by which rows are sampled and looked up.
pub(super) fn front(hash: &RowHash) -> u64 {
    let mut front = [0; 8];
    front.copy_from_slice(&hash[..8]);
    u64::from_be_bytes(front)
}

pub(super) fn is_anchor(hash: u64, bits: u32) -> bool {
    hash.trailing_zeros() >= bits
}

fn varint(bytes: &mut Vec<u8>, mut value: u32) {
    loop {
        let [.., low] = value.to_be_bytes();
        value >>= 7;
        if value == 0 {
            return bytes.push(low & 0x7f);
        }
        bytes.push(low | 0x80);
    }
}
