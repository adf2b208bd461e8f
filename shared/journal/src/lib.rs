//! What people file in an emergency: kept, receipted, handed on to the agency, and handed back after recovery.
//!
//! An application is on disk when [`Journal::file`] returns. It lives outside the snapshots, survives every switch of
//! them, and is never deleted. Applications, their steps and the exports to the agency are numbered together in the order
//! in which they became durable; what the journal gives away (messages, exports, backups) follows that order.

mod application;
pub mod broker;
mod export;
pub mod in_process;
mod journal;
mod key;
mod kind;
mod measures;
mod migrations;
mod outlet;
pub mod receipt;
mod relay;
mod segment;
mod state;
mod steps;
mod tables;
mod write;

pub use application::{Application, Attachment, Dossier, NewApplication, Step};
pub use database::OpenError;
pub use export::{ExportError, Exported};
pub use journal::{Journal, NotAttached, Unreachable};
pub use key::{IdempotencyKey, NotAKey};
pub use kind::Kind;
pub use measures::measure;
pub use outlet::{NotReached, Outlet, Parked};
pub use relay::relay;
pub use segment::{Replayed, SegmentError, Written};
pub use state::{NotAState, State};
pub use steps::{Acknowledged, Decision, NotAcknowledged};
pub use write::NotFiled;
