//! What people file (簡易申辦): forms, their rules, and what is answered.
//!
//! A kind of application is a form that implements [`Form`], a handler by [`files`](crate::files), and its name in
//! [`applications`](crate::applications). Idempotency, deadlines, attachments, receipts and the journal are the same for all.

mod answers;
mod attachments;
mod attendance;
mod deadline;
mod desk;
mod examination;
mod file;
mod handler;
mod offered;
mod openapi;
mod policy;
mod routes;
mod rules;
mod text;

pub use answers::{Accepted, Filed};
pub(crate) use attachments::MOST_BYTES as ATTACHMENT_BYTES;
pub(crate) use attachments::PATH as ATTACHMENTS_PATH;
pub(crate) use attendance::{Attended, attend};
pub use deadline::Deadline;
pub(crate) use desk::Desk;
pub use examination::{Examination, NoFinding};
pub use file::{Filing, Form};
pub use journal::Kind;
pub use offered::{Handled, Offered};
pub use openapi::{FilingHeaders, FilingProblems};
pub(crate) use policy::permits;
pub(crate) use routes::routes;
pub use rules::{not_before, not_later, not_yours};
pub use text::Text;
