//! The log of who looked at whom: append-only, hash-chained, readable by the person it is about.
//!
//! An entry is on disk when [`AuditLog::append`] returns; whatever cannot be proved written is reported as unwritten, and
//! the caller then keeps the answer back. Entries that arrive while others are being committed share the next commit.
//!
//! Entries are kept for five years and there is no way here to delete or change one; the tables refuse it too. Whoever
//! gets around that with the database's own means is found by [`AuditLog::verify`], provided that a [`Checkpoint`] of
//! each chain is kept on another system.

mod append;
mod chain;
mod entry;
mod log;
mod measures;
mod migrations;
mod postgres;
mod read;
mod sqlite;
mod verify;

pub use append::Unwritten;
pub use chain::Checkpoint;
pub use database::OpenError;
pub use entry::{Cursor, Entry, NotACursor, Page};
pub use log::AuditLog;
pub use read::Unreadable;
pub use verify::{Chain, Fault, Verdict};
