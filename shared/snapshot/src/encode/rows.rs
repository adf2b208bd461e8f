//! Rows for prepared statements: all text of a batch in one buffer, and per cell what to bind.

use std::io::Write as _;

use crate::field::Cell;
use crate::read::Encoder;

/// Bytes of text of a batch.
const FULL: usize = 64 << 10;

/// What to bind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Integer(i64),
    /// From and to in the batch's text.
    Text(u32, u32),
}

/// Rows on their way to a statement.
#[derive(Debug, Default)]
pub(crate) struct RowsBatch {
    pub(crate) text: Vec<u8>,
    /// Row after row.
    pub(crate) values: Vec<Value>,
}

/// Collects rows.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    batch: RowsBatch,
    text_at: usize,
    values_at: usize,
}

impl Encoder for Rows {
    type Batch = RowsBatch;

    fn begin_row(&mut self) {
        self.text_at = self.batch.text.len();
        self.values_at = self.batch.values.len();
    }

    fn cell(&mut self, cell: &Cell<'_>) {
        let value = match cell {
            Cell::Null => Value::Null,
            Cell::Integer(number) => Value::Integer(*number),
            Cell::Boolean(value) => Value::Integer(i64::from(*value)),
            Cell::Text(text) => self.text(|out| out.extend_from_slice(text.as_bytes())),
            // Written as sqlx writes and reads them.
            Cell::Date(day) => self.shown(day),
            Cell::Decimal(number) => self.shown(number),
            Cell::Timestamp(instant) => self.shown(&instant.to_rfc3339()),
        };
        self.batch.values.push(value);
    }

    fn end_row(&mut self) {}

    fn abandon_row(&mut self) {
        self.batch.text.truncate(self.text_at);
        self.batch.values.truncate(self.values_at);
    }

    fn is_full(&self) -> bool {
        self.batch.text.len() >= FULL || self.batch.values.len() >= FULL
    }

    fn take(&mut self) -> RowsBatch {
        let next = RowsBatch {
            text: Vec::with_capacity(self.batch.text.len() + self.batch.text.len() / 8),
            values: Vec::with_capacity(self.batch.values.len() + self.batch.values.len() / 8),
        };
        std::mem::replace(&mut self.batch, next)
    }
}

impl Rows {
    fn text(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Value {
        let start = self.batch.text.len();
        write(&mut self.batch.text);
        // A batch is bounded by FULL and one record, far below 32 bits.
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Value::Text(place(start), place(self.batch.text.len()))
    }

    fn shown(&mut self, value: &impl std::fmt::Display) -> Value {
        self.text(|out| {
            // Writing into a Vec does not fail.
            let _ = write!(out, "{value}");
        })
    }
}
