//! PostgreSQL's COPY text format: cells behind tabs, rows behind newlines, `\N` for nothing.

use std::io::Write as _;

use memchr::memchr3;

use crate::field::Cell;
use crate::read::Encoder;

/// Bytes of a batch: large enough that sending costs little, small enough that reading and loading overlap.
const FULL: usize = 128 << 10;

/// Writes rows as COPY text.
#[derive(Debug, Default)]
pub(crate) struct CopyText {
    out: Vec<u8>,
    row: usize,
}

impl Encoder for CopyText {
    type Batch = Vec<u8>;

    fn begin_row(&mut self) {
        self.row = self.out.len();
    }

    fn cell(&mut self, cell: &Cell<'_>) {
        if self.out.len() > self.row {
            self.out.push(b'\t');
        }
        match cell {
            Cell::Null => self.out.extend_from_slice(b"\\N"),
            Cell::Text(text) => self.text(text.as_bytes()),
            Cell::Boolean(value) => self.out.push(if *value { b't' } else { b'f' }),
            Cell::Integer(number) => self.shown(number),
            Cell::Date(day) => self.shown(day),
            Cell::Decimal(number) => self.shown(number),
            Cell::Timestamp(instant) => self.shown(&instant.format("%Y-%m-%dT%H:%M:%S%.6fZ")),
        }
    }

    fn end_row(&mut self) {
        self.out.push(b'\n');
    }

    fn abandon_row(&mut self) {
        self.out.truncate(self.row);
    }

    fn is_full(&self) -> bool {
        self.out.len() >= FULL
    }

    fn take(&mut self) -> Vec<u8> {
        std::mem::replace(&mut self.out, Vec::with_capacity(FULL + FULL / 8))
    }
}

impl CopyText {
    /// Backslash is the only character with a meaning of its own; the three that end cells and rows are written with it.
    fn text(&mut self, mut text: &[u8]) {
        loop {
            let special = memchr3(b'\\', b'\t', b'\n', text);
            let return_at = memchr::memchr(b'\r', &text[..special.unwrap_or(text.len())]);
            let Some(at) = return_at.or(special) else {
                self.out.extend_from_slice(text);
                return;
            };
            self.out.extend_from_slice(&text[..at]);
            let escaped: &[u8] = match text[at] {
                b'\t' => b"\\t",
                b'\n' => b"\\n",
                b'\r' => b"\\r",
                _ => b"\\\\",
            };
            self.out.extend_from_slice(escaped);
            text = &text[at + 1..];
        }
    }

    fn shown(&mut self, value: &impl std::fmt::Display) {
        // Writing into a Vec does not fail.
        let _ = write!(self.out, "{value}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_cell_or_a_row_is_escaped() {
        let mut copy = CopyText::default();
        copy.begin_row();
        for text in ["a\tb", "\\N", "line\r\nline", "", "王小明"] {
            copy.cell(&Cell::Text(text.into()));
        }
        copy.cell(&Cell::Null);
        copy.end_row();
        let expected = "a\\tb\t\\\\N\tline\\r\\nline\t\t王小明\t\\N\n";
        assert_eq!(String::from_utf8(copy.take()).unwrap(), expected);
    }

    #[test]
    fn an_abandoned_row_leaves_nothing() {
        let mut copy = CopyText::default();
        copy.begin_row();
        copy.cell(&Cell::Integer(-1));
        copy.end_row();
        copy.begin_row();
        copy.cell(&Cell::Boolean(true));
        copy.abandon_row();
        assert_eq!(copy.take(), b"-1\n");
    }
}
