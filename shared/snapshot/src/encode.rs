//! Rows in the form in which each database takes them.

mod copy;
mod nothing;
mod rows;

pub(crate) use copy::CopyText;
pub(crate) use nothing::Nothing;
pub(crate) use rows::{Rows, RowsBatch, Value};
