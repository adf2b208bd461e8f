use std::collections::HashMap;
use std::io::{self, Read as _, Seek as _, SeekFrom};

use crate::cut::content::{ROW_HASH, RowHash, RowKey};
use crate::cut::seen::writer::{TAG, front, is_anchor};
use crate::cut::seen::{BLOCK_ROWS, Footer, SeenRow, SeenTable, Store};

/// Blocks that are kept in memory.
const KEPT: usize = 8;

/// Where a row is: its block, and its number in there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RowAt {
    pub(crate) block: u32,
    pub(crate) row: usize,
}

impl RowAt {
    /// The place this many rows further on, if no block between is the last one.
    pub(crate) const fn ahead(self, rows: usize) -> Self {
        let row = self.row + rows;
        if row < BLOCK_ROWS {
            return Self {
                block: self.block,
                row,
            };
        }
        Self {
            block: self.block.saturating_add(1),
            row: row - BLOCK_ROWS,
        }
    }
}

/// A block that was read.
#[derive(Debug)]
struct Block {
    number: u32,
    rows: Vec<SeenRow>,
    /// Made when first asked for.
    index: Option<Index>,
}

/// Reads the rows of the last run, from anywhere.
#[derive(Debug)]
pub(crate) struct SeenReader {
    store: Store,
    key: RowKey,
    footer: Footer,
    anchors: HashMap<u64, RowAt>,
    /// The one that was used last is the first.
    kept: Vec<Block>,
    /// Set when a block is not as it was written: nothing of it may be believed.
    is_damaged: bool,
}

impl SeenReader {
    pub(crate) fn new(table: SeenTable, key: RowKey) -> Self {
        let (store, mut footer) = table.into_parts();
        let anchors = std::mem::take(&mut footer.anchors);
        // Of equal rows the first counts.
        let mut by_hash = HashMap::with_capacity(anchors.len());
        for anchor in anchors {
            by_hash.entry(anchor.hash).or_insert(RowAt {
                block: anchor.block,
                row: usize::from(anchor.row),
            });
        }
        Self {
            store,
            key,
            footer,
            anchors: by_hash,
            kept: Vec::with_capacity(KEPT),
            is_damaged: false,
        }
    }

    pub(crate) const fn footer(&self) -> &Footer {
        &self.footer
    }

    pub(crate) const fn is_damaged(&self) -> bool {
        self.is_damaged
    }

    /// The row at a place.
    pub(crate) fn row(&mut self, at: RowAt) -> io::Result<Option<SeenRow>> {
        let found = self.block(at.block)?;
        Ok(found.and_then(|block| block.rows.get(at.row)).copied())
    }

    /// The first row with this hash in a block.
    pub(crate) fn within(&mut self, number: u32, hash: &RowHash) -> io::Result<Option<usize>> {
        let Some(block) = self.block(number)? else {
            return Ok(None);
        };
        let rows = &block.rows;
        let index = block.index.get_or_insert_with(|| Index::of(rows));
        Ok(index.find(rows, hash))
    }

    /// The place of a sampled row with this hash.
    pub(crate) fn anchor(&mut self, hash: &RowHash) -> io::Result<Option<RowAt>> {
        let wanted = front(hash);
        if !is_anchor(wanted, self.footer.anchor_bits) {
            return Ok(None);
        }
        let Some(at) = self.anchors.get(&wanted).copied() else {
            return Ok(None);
        };
        let row = self.row(at)?;
        Ok(row.is_some_and(|row| row.hash == *hash).then_some(at))
    }

    fn block(&mut self, number: u32) -> io::Result<Option<&mut Block>> {
        if let Some(kept) = self.kept.iter().position(|block| block.number == number) {
            self.kept[..=kept].rotate_right(1);
            return Ok(self.kept.first_mut());
        }
        let Some(rows) = self.read(number)? else {
            return Ok(None);
        };
        self.kept.truncate(KEPT - 1);
        let block = Block {
            number,
            rows,
            index: None,
        };
        self.kept.insert(0, block);
        Ok(self.kept.first_mut())
    }

    fn read(&mut self, number: u32) -> io::Result<Option<Vec<SeenRow>>> {
        let Some(at) = self.footer.blocks.get(number as usize) else {
            return Ok(None);
        };
        if self.is_damaged {
            return Ok(None);
        }
        let length = at.length as usize;
        let mut bytes = vec![0; length + 16];
        let file = self.store.file();
        file.seek(SeekFrom::Start(at.offset))?;
        file.read_exact(&mut bytes)?;
        let (block, tag) = bytes.split_at(length);
        let rows = if self.key.tag(TAG, u64::from(number), block) == tag {
            decode(block)
        } else {
            None
        };
        self.is_damaged = rows.is_none();
        Ok(rows)
    }
}

/// Finds the rows of a block by their hashes: numbers of rows in open addressing, half full.
#[derive(Debug)]
struct Index(Vec<u16>);

/// No row has this number.
const FREE: u16 = u16::MAX;

impl Index {
    fn of(rows: &[SeenRow]) -> Self {
        let mut slots = vec![FREE; 2 * BLOCK_ROWS];
        for (number, row) in (0..FREE).zip(rows) {
            let mut slot = Self::slot(&row.hash);
            while slots[slot] != FREE && rows[usize::from(slots[slot])].hash != row.hash {
                slot = (slot + 1) % slots.len();
            }
            // Of equal rows the first counts.
            if slots[slot] == FREE {
                slots[slot] = number;
            }
        }
        Self(slots)
    }

    fn find(&self, rows: &[SeenRow], hash: &RowHash) -> Option<usize> {
        let mut slot = Self::slot(hash);
        loop {
            let number = usize::from(*self.0.get(slot).filter(|number| **number != FREE)?);
            if rows[number].hash == *hash {
                return Some(number);
            }
            slot = (slot + 1) % self.0.len();
        }
    }

    fn slot(hash: &RowHash) -> usize {
        usize::from(u16::from_be_bytes([hash[10], hash[11]])) % (2 * BLOCK_ROWS)
    }
}

fn decode(mut bytes: &[u8]) -> Option<Vec<SeenRow>> {
    let mut rows = Vec::with_capacity(BLOCK_ROWS);
    let (mut extent, mut offset) = (0, 0);
    while !bytes.is_empty() {
        let (hash, rest) = bytes.split_first_chunk::<ROW_HASH>()?;
        bytes = rest;
        let mut length = varint(&mut bytes)?;
        if length == 0 {
            extent = varint(&mut bytes)?;
            offset = varint(&mut bytes)?;
            length = varint(&mut bytes)?;
        }
        rows.push(SeenRow {
            hash: *hash,
            extent,
            offset,
            length,
        });
        offset = offset.checked_add(length)?;
    }
    Some(rows)
}

fn varint(bytes: &mut &[u8]) -> Option<u32> {
    let mut value = 0_u32;
    for shift in (0..32).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u32::from(byte & 0x7f).checked_shl(shift)?;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}
