//! What people file in an emergency: kept, receipted, handed on to the agency, and handed back after recovery.
//!
//! An application is on disk when [`Journal::file`] returns. It lives outside the snapshots, survives every switch of
//! them, and is never deleted. Applications, their steps and the exports to the agency are numbered together in the order
//! in which they became durable; what the journal gives away (messages, exports, backups) follows that order.

mod application;
pub mod broker;
mod journal;
mod key;
mod kind;
mod migrations;
pub mod receipt;
mod state;
mod tables;
mod write;

pub use application::{Application, Attachment, Dossier, NewApplication, Step};
pub use database::OpenError;
pub use journal::{Journal, NotAttached, Unreachable};
pub use key::{IdempotencyKey, NotAKey};
pub use kind::Kind;
pub use state::{NotAState, State};
pub use write::NotFiled;
