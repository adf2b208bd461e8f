use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};

use crate::cut::content::RowKey;
use crate::cut::seen::SeenFault;
use crate::object::ContentHash;

/// Ends the file.
const MAGIC: &[u8; 16] = b"lifeboat-rows/2\n";
/// Start of the footer, its length, its tag, magic.
const TRAILER: usize = 8 + 8 + 16 + 16;
/// Kind of the footer's tag; blocks have another.
const TAG: u8 = 1;

/// An extent that rows of the table lie in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SeenExtent {
    pub(crate) hash: ContentHash,
    /// Its bytes.
    pub(crate) raw: u32,
    /// Bytes of it that the run referred to.
    pub(crate) live: u64,
}

/// Where a block of rows lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BlockAt {
    pub(crate) offset: u64,
    pub(crate) length: u32,
}

/// A sampled row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Anchor {
    /// First bytes of the row's hash.
    pub(crate) hash: u64,
    pub(crate) block: u32,
    pub(crate) row: u16,
}

/// What is known of a list of rows without reading it: a few bytes for every MiB of the table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Footer {
    pub(crate) rows: u64,
    /// How many low bits of a sampled row's hash are zero.
    pub(crate) anchor_bits: u32,
    pub(crate) extents: Vec<SeenExtent>,
    pub(crate) blocks: Vec<BlockAt>,
    pub(crate) anchors: Vec<Anchor>,
}

impl Footer {
    /// Writes it behind the blocks, which end at `offset`.
    pub(crate) fn write(&self, file: &mut impl Write, offset: u64, key: &RowKey) -> io::Result<()> {
        let bytes = self.encode();
        file.write_all(&bytes)?;
        file.write_all(&offset.to_be_bytes())?;
        file.write_all(&(bytes.len() as u64).to_be_bytes())?;
        file.write_all(&key.tag(TAG, offset, &bytes))?;
        file.write_all(MAGIC)
    }

    pub(crate) fn read(file: &mut File, key: &RowKey) -> Result<Self, SeenFault> {
        let size = file.seek(SeekFrom::End(0)).map_err(SeenFault::Read)?;
        let Some(end) = size.checked_sub(TRAILER as u64) else {
            return Err(SeenFault::Damaged);
        };
        let mut trailer = [0; TRAILER];
        file.seek(SeekFrom::Start(end)).map_err(SeenFault::Read)?;
        file.read_exact(&mut trailer).map_err(SeenFault::Read)?;
        let mut fields = Fields(&trailer);
        let (offset, length) = (fields.u64()?, fields.u64()?);
        let tag = fields.bytes(16)?;
        if fields.0 != MAGIC || offset.checked_add(length) != Some(end) {
            return Err(SeenFault::Damaged);
        }
        let length = usize::try_from(length).map_err(|_| SeenFault::Damaged)?;
        let mut bytes = vec![0; length];
        file.seek(SeekFrom::Start(offset))
            .map_err(SeenFault::Read)?;
        file.read_exact(&mut bytes).map_err(SeenFault::Read)?;
        if key.tag(TAG, offset, &bytes) != tag {
            return Err(SeenFault::Damaged);
        }
        Self::decode(&bytes)
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(self.rows.to_be_bytes());
        bytes.extend(self.anchor_bits.to_be_bytes());
        bytes.extend((self.extents.len() as u64).to_be_bytes());
        for extent in &self.extents {
            bytes.extend(extent.hash.0);
            bytes.extend(extent.raw.to_be_bytes());
            bytes.extend(extent.live.to_be_bytes());
        }
        bytes.extend((self.blocks.len() as u64).to_be_bytes());
        for block in &self.blocks {
            bytes.extend(block.offset.to_be_bytes());
            bytes.extend(block.length.to_be_bytes());
        }
        bytes.extend((self.anchors.len() as u64).to_be_bytes());
        for anchor in &self.anchors {
            bytes.extend(anchor.hash.to_be_bytes());
            bytes.extend(anchor.block.to_be_bytes());
            bytes.extend(anchor.row.to_be_bytes());
        }
        bytes
    }

    fn decode(bytes: &[u8]) -> Result<Self, SeenFault> {
        let mut fields = Fields(bytes);
        let mut footer = Self {
            rows: fields.u64()?,
            anchor_bits: fields.u32()?,
            ..Self::default()
        };
        for _ in 0..fields.u64()? {
            let mut hash = [0; 32];
            hash.copy_from_slice(fields.bytes(32)?);
            footer.extents.push(SeenExtent {
                hash: ContentHash(hash),
                raw: fields.u32()?,
                live: fields.u64()?,
            });
        }
        for _ in 0..fields.u64()? {
            footer.blocks.push(BlockAt {
                offset: fields.u64()?,
                length: fields.u32()?,
            });
        }
        for _ in 0..fields.u64()? {
            footer.anchors.push(Anchor {
                hash: fields.u64()?,
                block: fields.u32()?,
                row: fields.u16()?,
            });
        }
        Ok(footer)
    }
}

/// Reads fields from the front.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn bytes(&mut self, count: usize) -> Result<&'a [u8], SeenFault> {
        let (front, rest) = self.0.split_at_checked(count).ok_or(SeenFault::Damaged)?;
        self.0 = rest;
        Ok(front)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], SeenFault> {
        let mut array = [0; N];
        array.copy_from_slice(self.bytes(N)?);
        Ok(array)
    }

    fn u64(&mut self) -> Result<u64, SeenFault> {
        self.array().map(u64::from_be_bytes)
    }

    fn u32(&mut self) -> Result<u32, SeenFault> {
        self.array().map(u32::from_be_bytes)
    }

    fn u16(&mut self) -> Result<u16, SeenFault> {
        self.array().map(u16::from_be_bytes)
    }
}
