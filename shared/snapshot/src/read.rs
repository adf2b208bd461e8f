//! From the bytes of a part to cells that have passed their rules.
//!
//! ```text
//! file ─► bytes, hashed ─► text (Big5 decoded) ─► records ─► cells ─► encoder of a database
//! ```
//! Every step works in buffers that are used again, so that memory does not grow with the size of a package.

mod hkscs;
mod part;
mod records;
mod references;
mod rows;
mod text;

pub(crate) use part::{Encoder, Halt, PartHash, PartRead, Sink, read_part};
pub(crate) use rows::{BadRow, TableState};
