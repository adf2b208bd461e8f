//! From a pack's content to the bytes of an extent, proved.

use std::borrow::Cow;

use zstd::bulk::Decompressor;

use super::{Refusal, RestoreError};
use crate::object::{Codec, ContentKey, Extent};

/// Decodes extents one after the other.
pub(super) struct Decoder<'a> {
    key: &'a ContentKey,
    zstd: Decompressor<'static>,
    buffer: Vec<u8>,
}

impl<'a> Decoder<'a> {
    pub(super) fn new(key: &'a ContentKey) -> Result<Self, RestoreError> {
        let zstd =
            Decompressor::new().map_err(|error| RestoreError::Internal(error.to_string()))?;
        Ok(Self {
            key,
            zstd,
            buffer: Vec::new(),
        })
    }

    /// The decoded bytes of an extent of the pack with this content.
    pub(super) fn decode<'b>(
        &'b mut self,
        extent: &Extent,
        content: &'b [u8],
    ) -> Result<Cow<'b, [u8]>, RestoreError> {
        let (from, length) = (extent.offset as usize, extent.stored as usize);
        let stored = from
            .checked_add(length)
            .and_then(|to| content.get(from..to))
            .ok_or_else(|| contradiction("an extent ends beyond its pack"))?;
        let raw: Cow<'b, [u8]> = match extent.codec {
            Codec::Plain => Cow::Borrowed(stored),
            Codec::Zstd => {
                self.buffer.clear();
                self.buffer.reserve(extent.raw as usize);
                let decoded = self.zstd.decompress_to_buffer(stored, &mut self.buffer);
                decoded.map_err(|error| {
                    contradiction(&format!("an extent does not decode: {error}"))
                })?;
                Cow::Borrowed(&self.buffer)
            }
        };
        if raw.len() != extent.raw as usize || self.key.hash(&raw) != extent.hash {
            return Err(contradiction(
                "an extent has other bytes than its hash says",
            ));
        }
        Ok(raw)
    }
}

fn contradiction(said: &str) -> RestoreError {
    Refusal::Contradiction(said.to_owned()).into()
}
