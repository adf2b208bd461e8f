//! The way within the process, where no broker is configured: a short queue, and a consumer behind it that keeps what
//! it takes in the journal's own database.
//!
//! The queue may forget everything it holds. What is in it waits in the journal as well, and counts as forwarded only
//! when the consumer has it on disk: in its [`crate::broker::Inbox`], or [`Parked`] in sight.

mod consumer;
mod intake;
mod parked;
mod queue;

pub use consumer::Consumer;
pub use intake::Intake;
pub use parked::Parked;
pub use queue::{Queue, queue};
