//! Content-defined pieces (`FastCDC`) of bytes that come in little by little.

use std::io::{ErrorKind, Read};

use fastcdc::v2020::{FastCDC, Normalization};

/// Least length of a piece but the last.
pub(crate) const LEAST: usize = 256 * 1024;
/// Usual length.
const USUAL: usize = 1024 * 1024;
/// Greatest length; also the greatest of an extent.
pub(crate) const GREATEST: usize = 4 * 1024 * 1024;
/// Bytes that are asked of a reader at once.
const ASKED: usize = 1024 * 1024;

/// Bytes that are not cut yet: less than one piece and what was just read.
#[derive(Debug)]
pub(crate) struct Chunks {
    seed: u64,
    buffer: Vec<u8>,
    start: usize,
}

impl Chunks {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            seed,
            buffer: Vec::new(),
            start: 0,
        }
    }

    /// Reads on and shows what came; nothing at the end.
    pub(crate) fn fill(&mut self, reader: &mut impl Read) -> std::io::Result<&[u8]> {
        self.compact();
        let before = self.buffer.len();
        self.buffer.resize(before + ASKED, 0);
        let read = read_full(reader, &mut self.buffer[before..])?;
        self.buffer.truncate(before + read);
        Ok(&self.buffer[before..])
    }

    /// Adds bytes that were read elsewhere.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.compact();
        self.buffer.extend_from_slice(bytes);
    }

    /// A piece whose end cannot move any more.
    pub(crate) fn next_whole(&mut self) -> Option<Vec<u8>> {
        if self.buffer.len() - self.start < GREATEST {
            return None;
        }
        self.next_last()
    }

    /// A piece, with nothing to come behind the buffer.
    pub(crate) fn next_last(&mut self) -> Option<Vec<u8>> {
        let rest = &self.buffer[self.start..];
        if rest.is_empty() {
            return None;
        }
        let cutter = FastCDC::with_level_and_seed(
            rest,
            LEAST,
            USUAL,
            GREATEST,
            Normalization::Level1,
            self.seed,
        );
        let (_, end) = cutter.cut(0, rest.len());
        let piece = rest[..end].to_vec();
        self.start += end;
        Some(piece)
    }

    fn compact(&mut self) {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
    }
}

/// Reads until the buffer is full or the source is at its end.
pub(crate) fn read_full(reader: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
