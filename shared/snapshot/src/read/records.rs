//! Tells the records of a part and their cells apart (RFC 4180), strictly.
//!
//! A lenient reader turns one lost quote into thousands of rows that look right. So a quote inside a bare cell, text after a
//! closing quote, and a quote that is never closed are faults, and no record may be longer than [`LONGEST_RECORD`].

use memchr::{memchr, memchr_iter};

use crate::package::dialect::CsvDialect;

/// Bytes of a record, the line end included; bounds the memory that a broken part can take.
pub(crate) const LONGEST_RECORD: usize = 1 << 20;

/// Where a cell is.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// In the buffer, as it stands there.
    Bare(usize, usize),
    /// In the scratch, with doubled quotes undone.
    Unescaped(usize, usize),
}

/// A record in the buffer.
#[derive(Debug, Default)]
pub(crate) struct Record {
    places: Vec<Place>,
    scratch: Vec<u8>,
    start: usize,
    end: usize,
    /// Line on which it begins, from 1.
    pub(crate) line: u64,
}

impl Record {
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// The bytes of a cell.
    pub(crate) fn cell<'a>(&'a self, buffer: &'a [u8], at: usize) -> &'a [u8] {
        match self.places[at] {
            Place::Bare(start, end) => &buffer[start..end],
            Place::Unescaped(start, end) => &self.scratch[start..end],
        }
    }

    /// The text of a cell; `raw` is the text of the whole record.
    pub(crate) fn text<'a>(&'a self, raw: &'a str, at: usize) -> Option<&'a str> {
        match self.places[at] {
            Place::Bare(start, end) => raw.get(start - self.start..end - self.start),
            Place::Unescaped(start, end) => std::str::from_utf8(&self.scratch[start..end]).ok(),
        }
    }

    /// The whole record without its line end.
    pub(crate) fn raw<'a>(&self, buffer: &'a [u8]) -> &'a [u8] {
        &buffer[self.start..self.end]
    }
}

/// What a look at the buffer found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// A record; the next look begins behind it.
    Record,
    /// Not enough text for a record yet.
    More,
    /// Nothing is left.
    End,
    /// The record cannot be told apart; what follows it in this part cannot be trusted either.
    Broken(&'static str, &'static str),
}

/// Walks through a buffer.
#[derive(Debug)]
pub(crate) struct Records {
    dialect: CsvDialect,
    at: usize,
    /// How far a line end has been looked for, so that nothing is looked at twice.
    looked: usize,
    line: u64,
}

impl Records {
    pub(crate) fn new(dialect: CsvDialect) -> Self {
        Self {
            dialect,
            at: 0,
            looked: 0,
            line: 1,
        }
    }

    /// Drops from the buffer what has been read.
    pub(crate) fn shift(&mut self, buffer: &mut Vec<u8>) {
        buffer.drain(..self.at);
        self.looked -= self.at;
        self.at = 0;
    }

    /// Looks for the next record. `ended`: no more text will come.
    pub(crate) fn next(&mut self, buffer: &[u8], ended: bool, record: &mut Record) -> Found {
        record.line = self.line;
        if self.at == buffer.len() {
            return if ended { Found::End } else { Found::More };
        }
        let (line_end, next) = match memchr(b'\n', &buffer[self.looked..]) {
            Some(found) => (self.looked + found, self.looked + found + 1),
            None if ended => (buffer.len(), buffer.len()),
            None => {
                self.looked = buffer.len();
                return self.wait(buffer);
            }
        };
        let bare = &buffer[self.at..line_end];
        if next - self.at > LONGEST_RECORD {
            return TOO_LONG;
        }
        record.places.clear();
        record.scratch.clear();
        record.start = self.at;
        if memchr(self.dialect.quote, bare).is_some() {
            return self.quoted(buffer, ended, record);
        }
        record.end = without_cr(buffer, self.at, line_end);
        let mut start = self.at;
        for found in memchr_iter(self.dialect.delimiter, &buffer[self.at..record.end]) {
            record.places.push(Place::Bare(start, self.at + found));
            start = self.at + found + 1;
        }
        record.places.push(Place::Bare(start, record.end));
        self.advance(next, 1);
        Found::Record
    }

    fn wait(&self, buffer: &[u8]) -> Found {
        if buffer.len() - self.at > LONGEST_RECORD {
            TOO_LONG
        } else {
            Found::More
        }
    }

    fn advance(&mut self, next: usize, lines: u64) {
        (self.at, self.looked) = (next, next);
        self.line += lines;
    }

    /// A record with at least one quote, read cell by cell.
    fn quoted(&mut self, buffer: &[u8], ended: bool, record: &mut Record) -> Found {
        let CsvDialect { delimiter, quote } = self.dialect;
        let (mut at, mut lines) = (self.at, 1);
        loop {
            if buffer.get(at) == Some(&quote) {
                match unescape(&buffer[at + 1..], quote, &mut record.scratch) {
                    Unescaped::Open if ended => {
                        return Found::Broken("quote", "a closing quote: the part ends before one");
                    }
                    Unescaped::Open => return self.wait_in_quotes(buffer),
                    Unescaped::Closed { start, length } => {
                        lines += memchr_iter(b'\n', &buffer[at..at + 1 + length]).count() as u64;
                        record
                            .places
                            .push(Place::Unescaped(start, record.scratch.len()));
                        at += 1 + length;
                    }
                }
            } else {
                let rest = &buffer[at..];
                let length = rest
                    .iter()
                    .position(|b| *b == delimiter || *b == b'\n' || *b == quote)
                    .unwrap_or(rest.len());
                let end = match rest.get(length) {
                    Some(byte) if *byte == quote => {
                        return Found::Broken(
                            "quote",
                            "no quote inside of a cell that does not begin with one",
                        );
                    }
                    None if !ended => return self.wait_in_quotes(buffer),
                    Some(b'\n') | None => without_cr(buffer, at, at + length),
                    Some(_) => at + length,
                };
                record.places.push(Place::Bare(at, end));
                at += length;
            }
            match &buffer[at..] {
                [] | [b'\r'] if !ended => return self.wait_in_quotes(buffer),
                [byte, ..] if *byte == delimiter => at += 1,
                [] => return self.done(record, at, at, lines),
                [b'\n', ..] | [b'\r'] => return self.done(record, at, at + 1, lines),
                [b'\r', b'\n', ..] => return self.done(record, at, at + 2, lines),
                _ => {
                    return Found::Broken(
                        "quote",
                        "a delimiter or the line end behind a closing quote",
                    );
                }
            }
        }
    }

    fn done(&mut self, record: &mut Record, end: usize, next: usize, lines: u64) -> Found {
        record.end = end;
        if next - self.at > LONGEST_RECORD {
            return TOO_LONG;
        }
        self.advance(next, lines);
        Found::Record
    }

    /// The record goes on beyond the text that is there, past line ends inside of quotes; it is read again from its start
    /// when more is there. The bound on its length bounds how often.
    fn wait_in_quotes(&mut self, buffer: &[u8]) -> Found {
        self.looked = self.at;
        self.wait(buffer)
    }
}

const TOO_LONG: Found = Found::Broken(
    "record-too-long",
    "at most 1 MiB a record: a line end or a closing quote is missing",
);

fn without_cr(buffer: &[u8], start: usize, end: usize) -> usize {
    if end > start && buffer[end - 1] == b'\r' {
        end - 1
    } else {
        end
    }
}

enum Unescaped {
    /// `length` includes the closing quote.
    Closed { start: usize, length: usize },
    /// The closing quote has not come yet.
    Open,
}

/// Reads a quoted cell behind its opening quote.
fn unescape(text: &[u8], quote: u8, scratch: &mut Vec<u8>) -> Unescaped {
    let (start, mut at) = (scratch.len(), 0);
    while let Some(found) = memchr(quote, &text[at..]) {
        scratch.extend_from_slice(&text[at..at + found]);
        at += found + 1;
        if text.get(at) != Some(&quote) {
            return Unescaped::Closed { start, length: at };
        }
        scratch.push(quote);
        at += 1;
    }
    Unescaped::Open
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::writer::write_record;

    /// All records of a text that comes in pieces of these sizes, and the line of each.
    fn read(
        text: &[u8],
        mut sizes: impl Iterator<Item = usize>,
    ) -> Result<Vec<(u64, Vec<String>)>, Found> {
        let mut records = Records::new(CsvDialect::default());
        let (mut record, mut buffer, mut rest) = (Record::default(), Vec::new(), text);
        let mut all = Vec::new();
        loop {
            match records.next(&buffer, rest.is_empty(), &mut record) {
                Found::Record => {
                    let cell = |at| String::from_utf8(record.cell(&buffer, at).to_vec()).unwrap();
                    all.push((record.line, (0..record.len()).map(cell).collect()));
                }
                Found::More => {
                    records.shift(&mut buffer);
                    let (piece, after) = rest.split_at(sizes.next().unwrap().min(rest.len()));
                    buffer.extend_from_slice(piece);
                    rest = after;
                }
                Found::End => return Ok(all),
                broken @ Found::Broken(..) => return Err(broken),
            }
        }
    }

    fn cells() -> impl Strategy<Value = Vec<Vec<String>>> {
        let cell = prop_oneof!["[a-z王𠊎0-9]{0,8}", r#"[,"\n\r a王]{0,6}"#,];
        prop::collection::vec(prop::collection::vec(cell, 1..5), 0..8)
    }

    proptest! {
        /// Whatever was written is read again, wherever the pieces end.
        #[test]
        fn records_come_back_as_they_were_written(rows in cells(), sizes in prop::collection::vec(1_usize..9, 1..9)) {
            let mut text = Vec::new();
            let mut lines = Vec::new();
            for row in &rows {
                lines.push(1 + memchr_iter(b'\n', &text).count() as u64);
                write_record(&mut text, row.iter().map(String::as_str));
            }
            let found = read(&text, sizes.into_iter().cycle()).unwrap();
            let expected: Vec<_> = lines.into_iter().zip(rows).collect();
            prop_assert_eq!(found, expected);
        }

        /// Where the pieces end never changes what is found in a text, however broken it is.
        #[test]
        fn pieces_change_nothing(text in r#"[a,"\r\n]{0,40}"#, sizes in prop::collection::vec(1_usize..5, 1..9)) {
            let whole = read(text.as_bytes(), std::iter::repeat(usize::MAX));
            let pieces = read(text.as_bytes(), sizes.into_iter().cycle());
            prop_assert_eq!(whole, pieces);
        }
    }
}
