//! Cuts the files of a table by rows.

use std::io::Read;
use std::ops::Range;
use std::path::Path;

use crate::cut::cells;
use crate::cut::chunks::Chunks;
use crate::cut::content::{self, RowHash, RowKey};
use crate::cut::literal::{FEW, FULL, Literal};
use crate::cut::look::Look;
use crate::cut::recipe::{Recipe, length};
use crate::cut::records::{Found, Last, Records};
use crate::cut::seen::{SeenReader, SeenRow, SeenTable, SeenWriter};
use crate::cut::{CutError, Extents, FileCut, TableShape, Unsplit};
use crate::object::{ContentKey, Part};

/// Rows are judged together, and make one part, when they have this many bytes.
const SPAN: usize = 1 << 20;
/// Where a MiB would need more segments than this, it is written again: every run sends the recipe again.
const MOST_SEGMENTS: usize = 1_000;
/// Segments that are worth it in a span of any size.
const FEW_SEGMENTS: usize = 16;

/// Cuts the files of one table, which share their rows: a row that moved from one file to the next is found again.
#[derive(Debug)]
pub struct TableCutter {
    shape: TableShape,
    key: RowKey,
    seed: u64,
    look: Option<Look>,
    seen: SeenWriter,
    /// For each extent of the last run, what it is called in this one.
    old: Vec<Old>,
}

/// An extent of the last run.
#[derive(Debug, Clone, Copy, Default)]
struct Old {
    /// Stored in this generation, and more than half of it alive, so that a restore reads little for nothing.
    is_usable: bool,
    /// Index in the list of rows.
    in_seen: Option<u32>,
    /// Index in the recipe of the file.
    in_recipe: Option<u32>,
}

/// A row of a span.
#[derive(Debug)]
struct Row {
    range: Range<usize>,
    hash: RowHash,
    /// Where it lies already: the extent of the last run, and its first byte in there.
    found: Option<(u32, u32)>,
}

/// A file while it is cut.
struct Cutting<'a, R> {
    records: Records<R>,
    recipe: Recipe,
    literal: Literal,
    chunks: Chunks,
    span: Vec<Row>,
    /// Whether the span begins with the header.
    has_header: bool,
    unsplit: Option<Unsplit>,
    extents: &'a mut dyn Extents,
}

impl TableCutter {
    /// Begins a table. `previous` is what the last run found; `scratch` is a folder for what this one finds, a few bytes for every
    /// row.
    ///
    /// # Errors
    /// When nothing can be written there.
    pub fn new(
        shape: TableShape,
        previous: Option<SeenTable>,
        key: &ContentKey,
        scratch: &Path,
    ) -> Result<Self, CutError> {
        let rows = RowKey::of(key);
        Ok(Self {
            shape,
            seed: content::seed(key),
            look: previous.map(|table| Look::new(SeenReader::new(table, rows.clone()))),
            seen: SeenWriter::new(scratch, rows.clone()).map_err(CutError::State)?,
            key: rows,
            old: Vec::new(),
        })
    }

    /// Cuts the next file of the table, in the order of the table.
    ///
    /// # Errors
    /// When it cannot be read, the state folder fails, or the extents are not taken; the table is over then. Odd bytes are no error, see
    /// [`FileCut::unsplit`].
    pub fn cut(
        &mut self,
        reader: impl Read,
        extents: &mut dyn Extents,
    ) -> Result<FileCut, CutError> {
        self.know(extents);
        let mut cutting = Cutting {
            records: Records::new(reader, self.shape.dialect),
            recipe: Recipe::default(),
            literal: Literal::default(),
            chunks: Chunks::new(self.seed),
            span: Vec::new(),
            has_header: false,
            unsplit: None,
            extents,
        };
        self.walk(&mut cutting)?;
        let Cutting {
            records,
            mut recipe,
            mut literal,
            unsplit,
            extents,
            ..
        } = cutting;
        literal.close(&mut recipe, &mut self.seen, extents)?;
        let mut cut = recipe.finish(&records.into_hasher());
        if unsplit.is_some() {
            cut.rows = 0;
            cut.parts.clear();
        }
        cut.unsplit = unsplit;
        Ok(cut)
    }

    /// Whether the list of rows of the last run turned out damaged, so that rows were written again for nothing.
    #[must_use]
    pub fn was_state_damaged(&self) -> bool {
        self.look.as_ref().is_some_and(Look::is_damaged)
    }

    /// Ends the table: what the next run needs to find its rows again. Keep it once the run is complete, not before.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self) -> Result<SeenTable, CutError> {
        self.seen.finish().map_err(CutError::State)
    }

    /// Asks which extents of the last run may be referred to.
    fn know(&mut self, extents: &dyn Extents) {
        let Some(look) = &self.look else { return };
        if self.old.is_empty() {
            let named = look.footer().extents.iter();
            let usable = named.map(|extent| Old {
                is_usable: extent.live * 2 > u64::from(extent.raw) && extents.knows(&extent.hash),
                ..Old::default()
            });
            self.old = usable.collect();
        }
        for old in &mut self.old {
            old.in_recipe = None;
        }
    }

    fn walk(&mut self, cutting: &mut Cutting<'_, impl Read>) -> Result<(), CutError> {
        let mut is_header = self.shape.header;
        loop {
            match cutting.records.next().map_err(CutError::Read)? {
                Found::Row(range) => {
                    self.row(cutting, range)?;
                    cutting.has_header |= is_header;
                }
                Found::Piece(range, last) => {
                    self.flush(cutting)?;
                    self.long_row(cutting, range, last, is_header)?;
                }
                Found::Broken(reason) => {
                    self.flush(cutting)?;
                    return rest(cutting, reason);
                }
                Found::End => return self.flush(cutting),
            }
            is_header = false;
        }
    }

    fn row(
        &mut self,
        cutting: &mut Cutting<'_, impl Read>,
        range: Range<usize>,
    ) -> Result<(), CutError> {
        let hash = self.key.hash(cutting.records.bytes(range.clone()));
        let found = match &mut self.look {
            Some(look) => look.find(&hash).map_err(CutError::State)?,
            None => None,
        };
        let usable = |row: &SeenRow| {
            let old = self.old.get(row.extent as usize);
            row.length as usize == range.len() && old.is_some_and(|old| old.is_usable)
        };
        let end = range.end;
        cutting.span.push(Row {
            found: found.filter(usable).map(|row| (row.extent, row.offset)),
            range,
            hash,
        });
        let start = cutting.span.first().map_or(end, |row| row.range.start);
        if end - start >= SPAN {
            self.flush(cutting)?;
            cutting.records.release();
        }
        Ok(())
    }

    /// Ends a span: decides what of it is written again, and makes it a part.
    fn flush(&mut self, cutting: &mut Cutting<'_, impl Read>) -> Result<(), CutError> {
        let span = std::mem::take(&mut cutting.span);
        let has_header = std::mem::take(&mut cutting.has_header);
        let (Some(first), Some(last)) = (span.first(), span.last()) else {
            return Ok(());
        };
        let bytes = last.range.end - first.range.start;
        let most = FEW_SEGMENTS.max(MOST_SEGMENTS * bytes / SPAN);
        let is_rewritten = segments(&span) > most;
        let is_known = !is_rewritten && span.iter().any(|row| row.found.is_some());
        if is_known {
            for rows in span.chunk_by(|a, b| a.found.is_some() == b.found.is_some()) {
                self.known_or_new(cutting, rows)?;
            }
        } else {
            self.write(cutting, &span, FULL)?;
        }
        self.part(cutting, &span[usize::from(has_header)..]);
        cutting.span = span;
        cutting.span.clear();
        Ok(())
    }

    /// Rows that are all known, or all new among known ones.
    fn known_or_new(
        &mut self,
        cutting: &mut Cutting<'_, impl Read>,
        rows: &[Row],
    ) -> Result<(), CutError> {
        for row in rows {
            match row.found {
                Some(place) => self.refer(cutting, row, place)?,
                None => return self.write(cutting, rows, FEW),
            }
        }
        Ok(())
    }

    /// Writes rows that follow each other, into extents that are put when they have `full` bytes.
    fn write(
        &mut self,
        cutting: &mut Cutting<'_, impl Read>,
        mut rows: &[Row],
        full: usize,
    ) -> Result<(), CutError> {
        while let Some(first) = rows.first() {
            let start = first.range.start;
            let room = cutting.literal.room(full);
            // The row that makes the extent full is its last.
            let fit = rows.partition_point(|row| row.range.end - start < room);
            let (now, later) = rows.split_at(rows.len().min(fit + 1));
            let end = now.last().map_or(start, |row| row.range.end);
            let (extent, mut offset) = cutting.literal.push(
                cutting.records.bytes(start..end),
                full,
                &mut cutting.recipe,
                &mut self.seen,
                cutting.extents,
            )?;
            for row in now {
                let placed = SeenRow {
                    hash: row.hash,
                    extent,
                    offset,
                    length: length(row.range.len())?,
                };
                self.seen.row(&placed).map_err(CutError::State)?;
                offset += placed.length;
            }
            rows = later;
        }
        Ok(())
    }

    fn refer(
        &mut self,
        cutting: &mut Cutting<'_, impl Read>,
        row: &Row,
        (extent, offset): (u32, u32),
    ) -> Result<(), CutError> {
        let named = self
            .look
            .as_ref()
            .and_then(|look| look.footer().extents.get(extent as usize));
        let (Some(old), Some(named)) = (self.old.get_mut(extent as usize), named) else {
            return Err(CutError::State(std::io::ErrorKind::InvalidData.into()));
        };
        let in_recipe = match old.in_recipe {
            Some(index) => index,
            None => *old.in_recipe.insert(cutting.recipe.known(named.hash)?),
        };
        let in_seen = *old
            .in_seen
            .get_or_insert_with(|| self.seen.extent(named.hash, named.raw));
        let length = length(row.range.len())?;
        cutting.recipe.add(in_recipe, offset, length);
        let placed = SeenRow {
            hash: row.hash,
            extent: in_seen,
            offset,
            length,
        };
        self.seen.row(&placed).map_err(CutError::State)
    }

    fn part(&self, cutting: &mut Cutting<'_, impl Read>, rows: &[Row]) {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
            return;
        };
        let (start, end) = (first.range.start, last.range.end);
        let records = &cutting.records;
        let key = |row: &Row| {
            let bytes = records.bytes(row.range.clone());
            cells::key(bytes, &self.shape.key_columns, self.shape.dialect, true)
        };
        let (Some(first), Some(last)) = (key(first), key(last)) else {
            let at = cutting.records.offset(start);
            cutting.keep_bytes_only(at, "a row has no cell for a column of the key");
            return;
        };
        let offset = cutting.records.offset(start);
        let cut = cutting.recipe.cut();
        cut.rows += rows.len() as u64;
        cut.parts.push(Part {
            first,
            last,
            rows: rows.len() as u64,
            offset,
            bytes: (end - start) as u64,
        });
    }

    /// A row that is not kept whole in memory: cut by its content, a part of its own.
    fn long_row(
        &mut self,
        cutting: &mut Cutting<'_, impl Read>,
        first: Range<usize>,
        mut last: Last,
        is_header: bool,
    ) -> Result<(), CutError> {
        let offset = cutting.records.offset(first.start);
        let columns = if is_header {
            &[][..]
        } else {
            &self.shape.key_columns
        };
        let front = cutting.records.bytes(first.clone());
        let key = cells::key(front, columns, self.shape.dialect, false);
        let mut bytes = 0;
        let mut piece = first;
        loop {
            bytes += piece.len() as u64;
            cutting.chunks.push(cutting.records.bytes(piece));
            cutting.records.release();
            cutting.put_pieces(last)?;
            if last == Last::Yes {
                break;
            }
            match cutting.records.next().map_err(CutError::Read)? {
                Found::Piece(next, next_last) => (piece, last) = (next, next_last),
                Found::Broken(reason) => {
                    cutting.keep_bytes_only(offset, reason);
                    return rest(cutting, reason);
                }
                // A row that was begun goes on or is broken.
                Found::Row(_) | Found::End => break,
            }
        }
        if is_header {
            return Ok(());
        }
        let Some(key) = key else {
            cutting.keep_bytes_only(offset, "the key of a row lies behind its first MiB");
            return Ok(());
        };
        let cut = cutting.recipe.cut();
        cut.rows += 1;
        cut.parts.push(Part {
            first: key.clone(),
            last: key,
            rows: 1,
            offset,
            bytes,
        });
        Ok(())
    }
}

impl<R: Read> Cutting<'_, R> {
    fn put_pieces(&mut self, last: Last) -> Result<(), CutError> {
        loop {
            let piece = match last {
                Last::Yes => self.chunks.next_last(),
                Last::No => self.chunks.next_whole(),
            };
            match piece {
                Some(piece) => self.recipe.put(piece, self.extents)?,
                None => return Ok(()),
            }
        }
    }

    /// The file is no table after all; the first reason counts.
    fn keep_bytes_only(&mut self, at: u64, reason: &'static str) {
        self.unsplit.get_or_insert(Unsplit { at, reason });
    }
}

/// Keeps what cannot be told apart, cut by its content.
fn rest(cutting: &mut Cutting<'_, impl Read>, reason: &'static str) -> Result<(), CutError> {
    let at = cutting.records.row_offset();
    cutting.keep_bytes_only(at, reason);
    loop {
        let bytes = cutting.records.rest().map_err(CutError::Read)?;
        if bytes.is_empty() {
            return cutting.put_pieces(Last::Yes);
        }
        cutting.chunks.push(&bytes);
        cutting.put_pieces(Last::No)?;
    }
}

/// Segments that these rows would need.
fn segments(span: &[Row]) -> usize {
    let mut next = None;
    let mut count = 0;
    for row in span {
        if count == 0 || row.found != next {
            count += 1;
        }
        let length = u32::try_from(row.range.len()).unwrap_or(u32::MAX);
        next = row
            .found
            .map(|(extent, offset)| (extent, offset.saturating_add(length)));
    }
    count
}
