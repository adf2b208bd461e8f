//! Reads the key of a row.

use std::borrow::Cow;

use crate::cut::records::{is_lead, is_trail};
use crate::cut::{Dialect, Encoding};

/// The key's values of a row whose cells were told apart already. `None` when a column is not there — or, of a row that is cut off
/// (`is_whole` is false), not wholly.
pub(crate) fn key(
    row: &[u8],
    columns: &[usize],
    dialect: Dialect,
    is_whole: bool,
) -> Option<Vec<String>> {
    if columns.is_empty() {
        return Some(Vec::new());
    }
    let last = columns.iter().copied().max()?;
    let mut cells = Vec::with_capacity(last + 1);
    let mut walk = Walk {
        rest: Some(without_mark(without_line_end(row, is_whole), dialect)),
        dialect,
    };
    while cells.len() <= last {
        cells.push(walk.next(is_whole)?);
    }
    columns
        .iter()
        .map(|&column| cells.get(column).map(|cell| text(cell, dialect.encoding)))
        .collect()
}

fn without_line_end(row: &[u8], is_whole: bool) -> &[u8] {
    if !is_whole {
        return row;
    }
    let row = row.strip_suffix(b"\n").unwrap_or(row);
    row.strip_suffix(b"\r").unwrap_or(row)
}

fn without_mark(row: &[u8], dialect: Dialect) -> &[u8] {
    match dialect.encoding {
        Encoding::Utf8 => row.strip_prefix(b"\xef\xbb\xbf").unwrap_or(row),
        Encoding::Big5 => row,
    }
}

fn text(cell: &[u8], encoding: Encoding) -> String {
    match encoding {
        Encoding::Utf8 => String::from_utf8_lossy(cell).into_owned(),
        Encoding::Big5 => encoding_rs::BIG5
            .decode_without_bom_handling(cell)
            .0
            .into_owned(),
    }
}

struct Walk<'a> {
    /// What stands behind the last cell; nothing when that was the row's last.
    rest: Option<&'a [u8]>,
    dialect: Dialect,
}

impl<'a> Walk<'a> {
    /// The next cell, without its quotes.
    fn next(&mut self, is_whole: bool) -> Option<Cow<'a, [u8]>> {
        let rest = self.rest?;
        if let Some((&first, inside)) = rest.split_first()
            && first == self.dialect.quote
        {
            return self.next_quoted(inside, is_whole);
        }
        let end = self.find(rest, self.dialect.delimiter);
        if end.is_none() && !is_whole {
            return None;
        }
        self.rest = end.map(|end| &rest[end + 1..]);
        Some(Cow::Borrowed(&rest[..end.unwrap_or(rest.len())]))
    }

    fn next_quoted(&mut self, mut inside: &'a [u8], is_whole: bool) -> Option<Cow<'a, [u8]>> {
        let quote = self.dialect.quote;
        let mut cell = Vec::new();
        loop {
            let end = self.find(inside, quote)?;
            cell.extend_from_slice(&inside[..end]);
            inside = &inside[end + 1..];
            match inside.split_first() {
                Some((&next, behind)) if next == quote => {
                    cell.push(quote);
                    inside = behind;
                }
                None if !is_whole => return None,
                behind => {
                    self.rest = behind.map(|(_delimiter, behind)| behind);
                    return Some(Cow::Owned(cell));
                }
            }
        }
    }

    fn find(&self, bytes: &[u8], sign: u8) -> Option<usize> {
        if self.dialect.encoding == Encoding::Utf8 || sign < 0x40 {
            return memchr::memchr(sign, bytes);
        }
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if is_lead(byte) && bytes.get(at + 1).copied().is_some_and(is_trail) {
                at += 2;
            } else if byte == sign {
                return Some(at);
            } else {
                at += 1;
            }
        }
        None
    }
}
