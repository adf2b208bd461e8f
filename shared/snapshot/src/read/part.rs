//! Reads one part from its first byte to its last.

use crate::digest::Running;
use crate::fault::{Fault, FaultColumn};
use crate::field::Cell;
use crate::plan::TablePlan;
use crate::read::records::{Found, Record, Records};
use crate::read::rows::{BadRow, TableState, read_row};
use crate::read::text::PartText;

/// Writes rows in the form in which a database takes them.
pub(crate) trait Encoder: Send + 'static {
    /// Many rows.
    type Batch: Send + 'static;

    /// Begins a row.
    fn begin_row(&mut self);
    /// The next cell of the row, in the table's order of columns.
    fn cell(&mut self, cell: &Cell<'_>);
    /// Keeps the row.
    fn end_row(&mut self);
    /// Takes the cells of the row back.
    fn abandon_row(&mut self);
    /// Whether there is enough for a batch.
    fn is_full(&self) -> bool;
    /// The rows so far; begins anew.
    fn take(&mut self) -> Self::Batch;
}

/// Where the rows of a part go.
pub(crate) trait Sink {
    /// Writes the good ones.
    type Encoder: Encoder;

    /// The encoder to write to.
    fn encoder(&mut self) -> &mut Self::Encoder;
    /// Sends what the encoder holds if it is full.
    fn row_done(&mut self) -> Result<(), Halt>;
    /// Takes a row that broke a rule.
    fn bad_row(&mut self, row: BadRow<'_>) -> Result<(), Halt>;
    /// Bytes of the part that have been read since the last call.
    fn advance(&mut self, bytes: u64);
}

/// Why reading ended before the end of a part.
#[derive(Debug)]
pub(crate) enum Halt {
    /// The part cannot be read on.
    Fault(Fault),
    /// Nobody takes the rows any more; whoever took them knows why.
    Unwanted,
}

/// A part that was read to its end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct PartRead {
    pub(crate) rows: u64,
    pub(crate) bad_rows: u64,
}

/// The hashes between which a part lies: see [`Running`].
#[derive(Clone)]
pub(crate) struct PartHash {
    /// Of the parts before it.
    pub(crate) before: Running,
    /// Of the parts before it and of itself.
    pub(crate) through: [u8; 32],
}

/// Reads the part at `place` of `table` into `sink`, and proves at its end that it is the part that was hashed before.
pub(crate) fn read_part<S: Sink>(
    table: &TablePlan,
    place: usize,
    hash: &PartHash,
    state: &mut TableState,
    sink: &mut S,
) -> Result<PartRead, Halt> {
    let part = &table.resource.parts[place];
    let unreadable = |error: std::io::Error| {
        Halt::Fault(Fault::of_file(
            part.path.as_str(),
            "unreadable",
            format!("a file that can be read ({error})"),
        ))
    };
    let mut text =
        PartText::open(part, table.resource.encoding, hash.before.clone()).map_err(unreadable)?;
    let mut records = Records::new(table.resource.dialect);
    let mut record = Record::default();
    let mut buffer = Vec::new();
    let (mut ended, mut seen) = (false, 0);
    let mut header = false;
    let mut read = PartRead::default();
    loop {
        match records.next(&buffer, ended, &mut record) {
            Found::More => {
                records.shift(&mut buffer);
                ended = !text.fill(&mut buffer).map_err(unreadable)?;
                sink.advance(text.bytes() - seen);
                seen = text.bytes();
            }
            Found::Record if !header => {
                check_header(table, &part.path, &buffer, &record)?;
                header = true;
            }
            Found::Record => {
                match read_row(table, &part.path, &buffer, &record, state, sink.encoder()) {
                    Ok(()) => {
                        read.rows += 1;
                        sink.row_done()?;
                    }
                    Err(faults) => {
                        read.bad_rows += 1;
                        sink.bad_row(BadRow {
                            record: &record,
                            buffer: &buffer,
                            faults,
                        })?;
                    }
                }
            }
            Found::Broken(rule, expected) => {
                return Err(Halt::Fault(Fault::of_line(
                    part.path.as_str(),
                    record.line,
                    rule,
                    expected,
                )));
            }
            Found::End => break,
        }
    }
    if !header {
        return Err(Halt::Fault(Fault::of_line(
            part.path.as_str(),
            1,
            "header",
            "a header with the names of the columns",
        )));
    }
    if text.hash() != hash.through {
        let expected = "the bytes that were hashed before: the file was changed while it was read";
        return Err(Halt::Fault(Fault::of_file(
            part.path.as_str(),
            "changed",
            expected,
        )));
    }
    Ok(read)
}

fn check_header(table: &TablePlan, file: &str, buffer: &[u8], record: &Record) -> Result<(), Halt> {
    let fields = &table.resource.schema.fields;
    let wrong = |column: Option<FaultColumn>, expected: String| {
        Err(Halt::Fault(Fault {
            column,
            ..Fault::of_line(file, record.line, "header", expected)
        }))
    };
    for (at, field) in fields.iter().enumerate().take(record.len()) {
        if record.cell(buffer, at) != field.name.as_bytes() {
            let column = FaultColumn {
                number: at + 1,
                name: field.name.clone(),
            };
            return wrong(Some(column), format!("`{}`, as in the schema", field.name));
        }
    }
    if record.len() != fields.len() {
        return wrong(
            None,
            format!("{} names, found {}", fields.len(), record.len()),
        );
    }
    Ok(())
}
