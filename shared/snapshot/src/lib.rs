//! Reads, checks, loads and switches the data packages that agencies hand over.
mod definition;
pub mod ddl;
mod field;

pub use definition::{Ask, BoxFuture, Column, Index, Probe, System, Table, TableDefinition, decode_first};
pub use field::{Cell, DateForm, Field, FieldFault, Format, Kind, Parse};
#[doc(hidden)]
pub use field::stored;
pub use snapshot_derive::Table;
