//! Finds rows of this run among the rows of the last one, with a pointer that walks through both.
//!
//! Most rows follow the row that was found last. Where they do not, a few rows ahead are compared, then the blocks around the pointer,
//! and at last the sampled rows of the whole table, so that the walk goes on behind a deletion of any size. An insertion of any size
//! needs nothing: the pointer waits. Memory is that of a few blocks, whatever the size of the table.

use std::io;

use crate::cut::content::RowHash;
use crate::cut::seen::{Footer, RowAt, SeenReader, SeenRow};

/// Rows ahead of the pointer that are compared one by one.
const AHEAD: usize = 16;
/// Blocks are searched for this many rows in a row that were not found, and from then on for one in [`RARELY`].
const EAGER: u64 = 64;
const RARELY: u64 = 16;
/// From this many rows on that were not found, blocks further away are searched too.
const FAR: u64 = 8;

/// The walk through the rows of the last run.
#[derive(Debug)]
pub(crate) struct Look {
    seen: SeenReader,
    pointer: RowAt,
    /// Rows since the last one that was found.
    misses: u64,
    /// The pointer was set by a sampled row, and nothing showed yet that the table goes on there: it is in another order perhaps.
    is_lost: bool,
}

impl Look {
    pub(crate) const fn new(seen: SeenReader) -> Self {
        Self {
            seen,
            pointer: RowAt { block: 0, row: 0 },
            misses: 0,
            is_lost: false,
        }
    }

    pub(crate) const fn footer(&self) -> &Footer {
        self.seen.footer()
    }

    pub(crate) const fn is_damaged(&self) -> bool {
        self.seen.is_damaged()
    }

    /// The row of the last run that equals the next row of this one.
    pub(crate) fn find(&mut self, hash: &RowHash) -> io::Result<Option<SeenRow>> {
        let ahead = if self.misses == 0 { AHEAD } else { 1 };
        for step in 0..ahead {
            let at = self.pointer.ahead(step);
            match self.seen.row(at)? {
                Some(row) if row.hash == *hash => return Ok(Some(self.found(at, row))),
                Some(_) => {}
                None => break,
            }
        }
        if self.misses > 0 {
            if let Some(at) = self.around(hash)? {
                return self.found_at(at);
            }
            if let Some(at) = self.seen.anchor(hash)? {
                let found = self.found_at(at);
                self.is_lost = true;
                return found;
            }
        }
        self.misses += 1;
        Ok(None)
    }

    fn around(&mut self, hash: &RowHash) -> io::Result<Option<RowAt>> {
        let is_hopeless = self.misses > EAGER && !self.misses.is_multiple_of(RARELY);
        if self.is_lost || is_hopeless {
            return Ok(None);
        }
        let here = self.pointer.block;
        let near = [Some(here), here.checked_add(1)];
        let far = [here.checked_sub(1), here.checked_add(2)];
        let far = if self.misses >= FAR { &far[..] } else { &[] };
        for block in near.iter().chain(far).copied().flatten() {
            if let Some(row) = self.seen.within(block, hash)? {
                return Ok(Some(RowAt { block, row }));
            }
        }
        Ok(None)
    }

    fn found_at(&mut self, at: RowAt) -> io::Result<Option<SeenRow>> {
        let row = self.seen.row(at)?;
        Ok(row.map(|row| self.found(at, row)))
    }

    fn found(&mut self, at: RowAt, row: SeenRow) -> SeenRow {
        self.pointer = at.ahead(1);
        self.misses = 0;
        self.is_lost = false;
        row
    }
}
