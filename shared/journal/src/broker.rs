//! The way over RabbitMQ: what was filed is published, confirmed, consumed and, where nobody can make sense of it,
//! parked in sight.
//!
//! Nothing is lost: a message counts as published when a quorum queue has it on disk, and as consumed when its handler
//! is done. It may therefore arrive twice, with the same id: an [`Inbox`] drops the second.
//!
//! Messages of one capability arrive in the order in which they were published, but for those that the broker did not
//! confirm, that a handler wants to see again, or that waited at a consumer that ended: [`Message::position`] says where
//! they belong.

mod consumer;
mod inbox;
mod lane;
mod line;
mod link;
mod message;
mod parked;
mod publisher;
mod settings;
mod topology;

pub use consumer::{Consumer, Handler, Outcome};
pub(crate) use consumer::{PAUSE, count, pause};
pub use inbox::{Inbox, InboxTable};
pub use link::Unreachable;
pub use message::Message;
pub use parked::{Parked, ParkedMessage};
pub(crate) use publisher::Waiting;
pub use publisher::{Publisher, Reason, Unconfirmed};
pub use settings::{Settings, SettingsError};
pub use topology::DELIVERY_LIMIT;
