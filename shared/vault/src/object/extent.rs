//! Extents and the segments of recipes that refer to them.

use serde::{Deserialize, Serialize};

use super::{ContentHash, ObjectFault, PackId};

/// The most bytes to which an extent of a file decodes.
pub const EXTENT_AT_MOST: u32 = 4_194_304;

/// The most bytes to which an extent of a manifest decodes.
pub const MANIFEST_EXTENT_AT_MOST: u32 = 8_388_608;

/// How an extent's bytes are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Codec {
    /// As they are.
    Plain = 0,
    /// As one frame of zstd (RFC 8878).
    Zstd = 1,
}

/// A run of bytes stored in one pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Listed", try_from = "Listed")]
pub struct Extent {
    /// Index of the pack in the manifest's list of packs.
    pub pack: u32,
    /// First byte in the pack's content.
    pub offset: u32,
    /// Stored bytes.
    pub stored: u32,
    /// Bytes after decoding; at least 1.
    pub raw: u32,
    /// How they are stored.
    pub codec: Codec,
    /// Keyed hash of the decoded bytes.
    pub hash: ContentHash,
}

type Listed = (u32, u32, u32, u32, u8, ContentHash);

impl From<Extent> for Listed {
    fn from(extent: Extent) -> Self {
        (
            extent.pack,
            extent.offset,
            extent.stored,
            extent.raw,
            extent.codec as u8,
            extent.hash,
        )
    }
}

impl TryFrom<Listed> for Extent {
    type Error = String;

    fn try_from((pack, offset, stored, raw, codec, hash): Listed) -> Result<Self, String> {
        let codec = match codec {
            0 if stored == raw => Codec::Plain,
            0 => return Err("an extent stored as it is has two lengths".into()),
            1 => Codec::Zstd,
            _ => return Err("unknown codec".into()),
        };
        if stored == 0 || raw == 0 {
            return Err("an extent is empty".into());
        }
        if offset.checked_add(stored).is_none() {
            return Err("an extent ends beyond every pack".into());
        }
        Ok(Self {
            pack,
            offset,
            stored,
            raw,
            codec,
            hash,
        })
    }
}

/// A byte range of an extent's decoded bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Index of the extent in the manifest's list of extents.
    pub extent: u32,
    /// First byte in the decoded extent.
    pub offset: u32,
    /// Bytes; at least 1.
    pub length: u32,
}

/// Every pack is used, none twice, and every extent lies in one of them.
pub(crate) fn check_extents<'a>(
    object: &'static str,
    packs: &[PackId],
    extents: impl Iterator<Item = &'a Extent>,
    raw_at_most: u32,
) -> Result<(), ObjectFault> {
    let mut seen: Vec<_> = packs.iter().collect();
    seen.sort_unstable();
    if seen.windows(2).any(|two| two[0] == two[1]) {
        return Err(ObjectFault::new(object, "packs", "a pack stands twice"));
    }
    for (at, extent) in extents.enumerate() {
        let wrong = |what| ObjectFault::new(object, format!("extents[{at}]"), what);
        if usize::try_from(extent.pack).map_or(true, |pack| pack >= packs.len()) {
            return Err(wrong("in a pack that is not listed"));
        }
        if extent.raw > raw_at_most {
            return Err(wrong("decodes to too many bytes"));
        }
    }
    Ok(())
}
