//! From records to rows: every cell by its column's rule, every row by the order of its key.

use std::borrow::Cow;

use chrono::Datelike as _;

use crate::fault::{Fault, FaultColumn};
use crate::field::Cell;
use crate::plan::{ColumnPlan, TablePlan};
use crate::read::part::Encoder;
use crate::read::records::Record;
use crate::read::references;
use crate::read::text::NO_CHARACTER;

/// What is carried from row to row of a table, and from part to part.
#[derive(Debug, Clone, Default)]
pub(crate) struct TableState {
    /// The key of the last good row, so written that comparing bytes compares keys.
    pub(crate) last_key: Vec<u8>,
    key: Vec<u8>,
}

/// A row that broke a rule, with what is needed to write it down again.
pub(crate) struct BadRow<'a> {
    pub(crate) record: &'a Record,
    pub(crate) buffer: &'a [u8],
    /// At least one.
    pub(crate) faults: Vec<Fault>,
}

/// Reads a record into `encoder`. `Err`: the row is bad and nothing of it is in `encoder`.
pub(crate) fn read_row<E: Encoder>(
    table: &TablePlan,
    file: &str,
    buffer: &[u8],
    record: &Record,
    state: &mut TableState,
    encoder: &mut E,
) -> Result<(), Vec<Fault>> {
    let row = Row {
        table,
        file,
        buffer,
        record,
    };
    let text = row.check_shape().map_err(|fault| vec![fault])?;
    let mut faults = Vec::new();
    encoder.begin_row();
    state.key.clear();
    for (at, column) in table.columns.iter().enumerate() {
        if let Err(fault) = row.cell(text, column, |cell| {
            if table.key.contains(&at) && table.key.len() == 1 {
                write_key(cell, &mut state.key);
            }
            encoder.cell(cell);
        }) {
            faults.push(fault);
        }
    }
    if faults.is_empty() && table.key.len() > 1 {
        // A key over several columns is ordered by its own order of columns, which need not be the table's.
        for at in &table.key {
            if let Err(fault) = row.cell(text, &table.columns[*at], |cell| {
                write_key(cell, &mut state.key);
            }) {
                faults.push(fault);
            }
        }
    }
    if faults.is_empty() {
        faults.extend(row.check_order(state));
    }
    if !faults.is_empty() {
        encoder.abandon_row();
        return Err(faults);
    }
    encoder.end_row();
    std::mem::swap(&mut state.key, &mut state.last_key);
    Ok(())
}

struct Row<'a> {
    table: &'a TablePlan,
    file: &'a str,
    buffer: &'a [u8],
    record: &'a Record,
}

impl<'a> Row<'a> {
    fn fault(&self, rule: &'static str, expected: impl Into<Box<str>>) -> Fault {
        Fault::of_line(self.file, self.record.line, rule, expected)
    }

    /// A fault of the cell at `place` of the record.
    fn cell_fault(&self, place: usize, rule: &'static str, expected: impl Into<Box<str>>) -> Fault {
        let name = self
            .table
            .resource
            .schema
            .fields
            .get(place)
            .map_or("", |field| field.name.as_str());
        let column = FaultColumn {
            number: place + 1,
            name: name.to_owned(),
        };
        Fault {
            column: Some(column),
            ..self.fault(rule, expected)
        }
    }

    /// The number of cells, and that the whole record is text.
    fn check_shape(&self) -> Result<&'a str, Fault> {
        let raw = self.record.raw(self.buffer);
        let expected = self.table.resource.schema.fields.len();
        if self.record.len() != expected {
            return Err(self.fault(
                "cells",
                format!("{expected} cells, found {}", self.record.len()),
            ));
        }
        if memchr::memchr(0, raw).is_some() {
            let place = self.place_of(|cell| cell.contains(&0));
            return Err(self.cell_fault(place, "nul", "text without NUL characters"));
        }
        let text = std::str::from_utf8(raw);
        match text {
            Ok(text) if !self.table.has_references() || !text.contains(NO_CHARACTER) => Ok(text),
            _ => {
                let broken = |cell: &[u8]| {
                    std::str::from_utf8(cell).map_or(true, |text| text.contains(NO_CHARACTER))
                };
                let encoding = if self.table.has_references() {
                    "Big5"
                } else {
                    "UTF-8"
                };
                Err(self.cell_fault(
                    self.place_of(broken),
                    "encoding",
                    format!("bytes that are {encoding}"),
                ))
            }
        }
    }

    fn place_of(&self, broken: impl Fn(&[u8]) -> bool) -> usize {
        (0..self.record.len())
            .find(|at| broken(self.record.cell(self.buffer, *at)))
            .unwrap_or(0)
    }

    /// Reads one cell of the record whose text is `record` and hands it to `take`.
    fn cell(
        &self,
        record: &'a str,
        plan: &ColumnPlan,
        mut take: impl FnMut(&Cell<'_>),
    ) -> Result<(), Fault> {
        let text = self.text(record, plan)?;
        if self.table.resource.schema.is_missing(&text) {
            if plan.required {
                return Err(self.cell_fault(plan.place, "required", "a value"));
            }
            take(&Cell::Null);
            return Ok(());
        }
        match (plan.column.parse)(&text, &plan.format) {
            Ok(cell) => {
                if let (Cell::Text(stored), Some(longest)) = (&cell, plan.longest)
                    && stored.len() > longest
                {
                    return Err(self.too_long(plan.place, &text, longest));
                }
                take(&cell);
                Ok(())
            }
            Err(fault) => Err(self
                .cell_fault(plan.place, fault.rule, fault.expected)
                .masking(&text)),
        }
    }

    fn too_long(&self, place: usize, text: &str, longest: usize) -> Fault {
        let expected = format!("at most {longest} bytes of UTF-8, because the column is indexed");
        self.cell_fault(place, "text-too-long", expected)
            .masking(text)
    }

    fn text(&self, record: &'a str, plan: &ColumnPlan) -> Result<Cow<'a, str>, Fault> {
        let text = self.record.text(record, plan.place).ok_or_else(|| {
            self.cell_fault(
                plan.place,
                "encoding",
                "text whose characters do not cross the cell's ends",
            )
        })?;
        if !self.table.has_references() {
            return Ok(Cow::Borrowed(text));
        }
        references::resolve(text).map_err(|_| {
            self.cell_fault(
                plan.place,
                "character-reference",
                "a reference to a character of Unicode",
            )
            .masking(text)
        })
    }

    fn check_order(&self, state: &TableState) -> Option<Fault> {
        if state.last_key.is_empty() || state.key > state.last_key {
            return None;
        }
        let place = self
            .table
            .key
            .first()
            .map_or(0, |at| self.table.columns[*at].place);
        let key = self.table.definition.key.join(", ");
        let fault = if state.key == state.last_key {
            self.cell_fault(place, "duplicate-key", format!("every key ({key}) once"))
        } else {
            self.cell_fault(
                place,
                "key-order",
                format!("a key ({key}) after the one of the row before"),
            )
        };
        let cell = self.record.cell(self.buffer, place);
        Some(fault.masking(&String::from_utf8_lossy(cell)))
    }
}

/// Writes a key so that the order of the bytes is the order of the values: numbers big-endian with the sign turned, text
/// ended by NUL, which no text holds.
fn write_key(cell: &Cell<'_>, key: &mut Vec<u8>) {
    match cell {
        Cell::Null => key.push(0),
        Cell::Text(text) => {
            key.extend_from_slice(text.as_bytes());
            key.push(0);
        }
        Cell::Integer(number) => write_number(*number, key),
        Cell::Boolean(value) => key.push(u8::from(*value)),
        Cell::Date(day) => write_number(day.num_days_from_ce().into(), key),
        Cell::Timestamp(instant) => write_number(instant.timestamp_micros(), key),
        // `Store::open` refuses a system with such a key.
        Cell::Decimal(number) => key.extend_from_slice(number.to_string().as_bytes()),
    }
}

fn write_number(number: i64, key: &mut Vec<u8>) {
    key.extend_from_slice(&(number ^ i64::MIN).to_be_bytes());
}
