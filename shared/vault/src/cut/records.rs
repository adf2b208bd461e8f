//! Tells the records of a CSV file apart (RFC 4180, strictly) without decoding it.
//!
//! What cannot be told apart is reported, never guessed: from there on the file is only bytes. The buffer keeps every row that was found
//! until [`Records::release`], so that rows are hashed where they lie.

use std::io::Read;
use std::ops::Range;

use memchr::{memchr, memchr2};

use crate::cut::chunks::read_full;
use crate::cut::{Dialect, Encoding};

/// A longer row is handed out in pieces; data packages allow none.
pub(crate) const LONGEST_ROW: usize = 1 << 20;
/// Bytes that are asked of the reader at once.
const ASKED: usize = 512 * 1024;
/// No cell begins in what is left of a row that is handed out in pieces.
const NOWHERE: usize = usize::MAX;

/// What comes next. Ranges are of [`Records::bytes`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// A row with its line end.
    Row(Range<usize>),
    /// The next piece of a row that is too long to be kept whole.
    Piece(Range<usize>, Last),
    /// From here on nothing can be told apart.
    Broken(&'static str),
    /// Nothing is left.
    End,
}

/// Whether a piece of a row is its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Last {
    Yes,
    No,
}

/// How the dialect's signs are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signs {
    /// Their bytes are always signs.
    Plain,
    /// Their bytes may be second bytes of characters.
    Wide,
}

/// What a look through the buffer came to.
enum Step {
    RowEnd(usize),
    Fault(&'static str),
    More,
}

/// Walks through a file.
pub(crate) struct Records<R> {
    reader: R,
    /// Over everything that was read.
    hasher: blake3::Hasher,
    dialect: Dialect,
    signs: Signs,
    /// As long as it ever was, so that it is not zeroed for every read.
    buffer: Vec<u8>,
    /// Where in the buffer what was read ends.
    end: usize,
    /// Where the buffer begins in the file.
    base: u64,
    is_at_end: bool,
    row: usize,
    /// Everything before was looked at.
    at: usize,
    /// Where a cell is known to begin.
    cell: usize,
    is_quoted: bool,
    /// Whether the beginning of the row was handed out already.
    is_in_pieces: bool,
}

impl<R: Read> Records<R> {
    pub(crate) fn new(reader: R, dialect: Dialect) -> Self {
        let signs_are_trails = dialect.delimiter >= 0x40 || dialect.quote >= 0x40;
        Self {
            reader,
            hasher: blake3::Hasher::new(),
            dialect,
            signs: if dialect.encoding == Encoding::Big5 && signs_are_trails {
                Signs::Wide
            } else {
                Signs::Plain
            },
            buffer: Vec::new(),
            end: 0,
            base: 0,
            is_at_end: false,
            row: 0,
            at: 0,
            cell: 0,
            is_quoted: false,
            is_in_pieces: false,
        }
    }

    pub(crate) fn bytes(&self, range: Range<usize>) -> &[u8] {
        &self.buffer[range]
    }

    /// Where a place in the buffer is in the file.
    pub(crate) fn offset(&self, at: usize) -> u64 {
        self.base + at as u64
    }

    /// Where the row that comes next begins.
    pub(crate) fn row_offset(&self) -> u64 {
        self.offset(self.row)
    }

    /// Forgets the rows that were found so far.
    pub(crate) fn release(&mut self) {
        let gone = self.row;
        self.buffer.copy_within(gone..self.end, 0);
        self.end -= gone;
        self.base += gone as u64;
        self.row = 0;
        self.at -= gone;
        if self.cell != NOWHERE {
            self.cell = self.cell.saturating_sub(gone);
        }
    }

    /// What is left of the file, from the row that comes next, as bytes: first what is in the buffer, then what the reader gives.
    /// Nothing at the end.
    pub(crate) fn rest(&mut self) -> std::io::Result<Vec<u8>> {
        if self.row == self.end && !self.is_at_end {
            self.fill()?;
        }
        let rest = self.buffer[self.row..self.end].to_vec();
        self.base += self.end as u64;
        self.end = 0;
        (self.row, self.at, self.cell) = (0, 0, NOWHERE);
        Ok(rest)
    }

    pub(crate) fn into_hasher(self) -> blake3::Hasher {
        self.hasher
    }

    pub(crate) fn next(&mut self) -> std::io::Result<Found> {
        loop {
            match self.step() {
                Step::RowEnd(end) => return Ok(self.take(end, Last::Yes)),
                Step::Fault(reason) => return Ok(Found::Broken(reason)),
                Step::More if self.is_at_end => return Ok(self.end()),
                Step::More if self.at - self.row >= LONGEST_ROW => {
                    return Ok(self.take(self.at, Last::No));
                }
                Step::More => self.fill()?,
            }
        }
    }

    fn end(&mut self) -> Found {
        if self.is_quoted {
            return Found::Broken("a quote is never closed");
        }
        if self.row == self.end && !self.is_in_pieces {
            return Found::End;
        }
        self.take(self.end, Last::Yes)
    }

    fn take(&mut self, end: usize, last: Last) -> Found {
        let range = self.row..end;
        let was_in_pieces = self.is_in_pieces;
        self.is_in_pieces = last == Last::No;
        self.row = end;
        self.at = end;
        let is_behind_delimiter = match self.signs {
            Signs::Plain => end > 0 && self.buffer[end - 1] == self.dialect.delimiter,
            Signs::Wide => self.cell == end,
        };
        self.cell = if last == Last::Yes || is_behind_delimiter {
            end
        } else {
            NOWHERE
        };
        if was_in_pieces || self.is_in_pieces {
            Found::Piece(range, last)
        } else {
            Found::Row(range)
        }
    }

    fn fill(&mut self) -> std::io::Result<()> {
        let before = self.end;
        if self.buffer.len() < before + ASKED {
            self.buffer.resize(before + ASKED, 0);
        }
        let room = &mut self.buffer[before..before + ASKED];
        let read = read_full(&mut self.reader, room)?;
        self.hasher.update(&room[..read]);
        self.end += read;
        self.is_at_end = read < ASKED;
        let is_front = self.base == 0 && before == 0 && self.dialect.encoding == Encoding::Utf8;
        if is_front && self.filled().starts_with(b"\xef\xbb\xbf") {
            // A byte order mark is no part of the first cell.
            self.cell = 3;
        }
        Ok(())
    }

    /// What was read and not forgotten.
    fn filled(&self) -> &[u8] {
        &self.buffer[..self.end]
    }

    fn step(&mut self) -> Step {
        loop {
            let found = match self.signs {
                Signs::Plain => self.seek(),
                Signs::Wide => self.seek_wide(),
            };
            let Some(at) = found else {
                return Step::More;
            };
            if !self.is_quoted {
                if self.buffer[at] == b'\n' {
                    return Step::RowEnd(at + 1);
                }
                if !self.is_begin_of_cell(at) {
                    return Step::Fault("a quote stands inside of a bare cell");
                }
                self.is_quoted = true;
                self.at = at + 1;
            } else if let Some(step) = self.quote_within(at) {
                return step;
            }
        }
    }

    /// At a quote in a quoted cell: a doubled one, or the end of the cell.
    fn quote_within(&mut self, at: usize) -> Option<Step> {
        let next = self.filled().get(at + 1).copied();
        if next == Some(self.dialect.quote) {
            self.at = at + 2;
            return None;
        }
        let is_closed = match next {
            None if !self.is_at_end => {
                self.at = at;
                return Some(Step::More);
            }
            None | Some(b'\n') => true,
            Some(b'\r') => match self.filled().get(at + 2) {
                None if !self.is_at_end => {
                    self.at = at;
                    return Some(Step::More);
                }
                None | Some(b'\n') => true,
                Some(_) => false,
            },
            Some(other) => other == self.dialect.delimiter,
        };
        if !is_closed {
            return Some(Step::Fault("text stands behind a closing quote"));
        }
        self.is_quoted = false;
        self.at = at + 1;
        None
    }

    fn is_begin_of_cell(&self, at: usize) -> bool {
        at == self.cell
            || (self.signs == Signs::Plain
                && at > self.row
                && self.buffer[at - 1] == self.dialect.delimiter)
    }

    /// The next quote, or the next line end outside of quotes.
    #[inline]
    fn seek(&mut self) -> Option<usize> {
        let rest = &self.buffer[self.at..self.end];
        let found = if self.is_quoted {
            memchr(self.dialect.quote, rest)
        } else {
            memchr2(b'\n', self.dialect.quote, rest)
        };
        if found.is_none() {
            self.at = self.end;
        }
        found.map(|at| self.at + at)
    }

    /// The same where a quote or delimiter may be the second byte of a character.
    fn seek_wide(&mut self) -> Option<usize> {
        while let Some(&byte) = self.filled().get(self.at) {
            if is_lead(byte) {
                match self.filled().get(self.at + 1) {
                    None if !self.is_at_end => return None,
                    Some(&trail) if is_trail(trail) => self.at += 2,
                    _ => self.at += 1,
                }
                continue;
            }
            if byte == self.dialect.quote || (byte == b'\n' && !self.is_quoted) {
                return Some(self.at);
            }
            self.at += 1;
            if byte == self.dialect.delimiter && !self.is_quoted {
                self.cell = self.at;
            }
        }
        None
    }
}

/// First byte of a character of two (WHATWG Encoding Standard, Big5).
pub(crate) const fn is_lead(byte: u8) -> bool {
    matches!(byte, 0x81..=0xfe)
}

/// Second byte of a character of two.
pub(crate) const fn is_trail(byte: u8) -> bool {
    matches!(byte, 0x40..=0x7e | 0xa1..=0xfe)
}
