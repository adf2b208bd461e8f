//! Cuts files into extents and says how the extents give the file back.
//!
//! Tables are cut by rows: rows that were there in the run before are found again ([`TableCutter`]) and become segments of extents that are
//! stored already; only new rows are put. Everything else is cut by its content ([`file`]). Nothing here knows packs, keys of packs, or
//! clouds. Equal bytes and an equal state give equal extents, so that a run that was interrupted makes the same ones again.

mod cells;
mod chunks;
mod content;
mod error;
mod file;
mod literal;
mod look;
mod recipe;
mod records;
mod seen;
mod shape;
mod table;

pub use error::CutError;
pub use file::{Extents, FileCut, Unsplit, file};
pub use seen::{SeenFault, SeenTable};
pub use shape::{Dialect, Encoding, TableShape};
pub use table::TableCutter;
