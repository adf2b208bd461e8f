//! Reads, checks, loads and switches the data packages that agencies hand over.

mod check;
pub mod ddl;
mod definition;
mod digest;
mod encode;
mod fault;
mod field;
mod flow;
mod package;
mod plan;
mod progress;
mod quarantine;
mod read;
mod signature;
mod store;
mod verify;
mod writer;

pub use check::{Report, TableCount, check};
pub use definition::{
    Ask, BoxFuture, Column, Index, Probe, System, Table, TableDefinition, decode_first,
};
pub use fault::{Fault, FaultColumn, Faults, acts_on_terminals, shown};
#[doc(hidden)]
pub use field::stored;
pub use field::{Cell, DateForms, Exact, Field, FieldFault, Format, Kind, Parse};
pub use package::{Origin, Package};
pub use progress::{Phase, Progress, SharedProgress, Silent};
pub use signature::{AgencyKey, AgencySigner, KeyFault, Mistrust, Trust};
pub use snapshot_derive::Table;
pub use store::{
    LoadError, LoadOptions, Loaded, Location, Outcome, PhaseTime, PoolOptions, Refusal, Snapshot,
    State, Store, StoreError,
};
pub use writer::{FieldHead, PackageWriter, TableHead, TableWriter};
