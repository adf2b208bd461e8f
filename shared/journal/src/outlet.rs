//! Where applications go from the journal: to a broker, or within the process.

use std::num::NonZeroUsize;

use runtime::clock::SharedClock;
use runtime::lifecycle::Drain;
use uuid::Uuid;

use crate::broker::{self, Message, ParkedMessage, Publisher, Reason, Unconfirmed};
use crate::in_process::{self, Intake, Queue, queue};
use crate::journal::{self, Journal};

/// Messages that wait in the memory of the process.
const PLACES: NonZeroUsize = NonZeroUsize::new(32).unwrap();

/// What takes messages, and confirms that it will not lose them.
#[derive(Debug)]
pub enum Outlet {
    /// RabbitMQ, and the agency's program behind it.
    Broker(Box<Publisher>),
    /// A consumer in this process.
    Process(Queue),
}

impl Outlet {
    /// Starts the consumer of this process, which ends once nothing comes any more: see [`in_process`].
    #[must_use]
    pub fn in_process(journal: &Journal, clock: &SharedClock, drain: &Drain) -> Self {
        let parked = in_process::Parked::new(journal.clone(), clock.clone());
        let (queue, consumer) = queue(PLACES, parked);
        let intake = Intake::new(journal.clone(), clock.clone());
        let drain = drain.clone();
        tokio::spawn(async move { consumer.run(&intake, &drain).await });
        Self::Process(queue)
    }

    /// To be called when a service starts, before anybody files.
    ///
    /// # Errors
    /// See [`Publisher::declare`].
    pub(crate) async fn declare(&self, capability: &str) -> Result<(), Reason> {
        match self {
            Self::Broker(publisher) => publisher.declare(capability).await,
            Self::Process(_) => Ok(()),
        }
    }

    /// Hands all of them over, in this order, and returns when each is confirmed, however long that takes.
    ///
    /// # Errors
    /// When one of them is refused.
    pub(crate) async fn publish_all(&self, messages: &[Message]) -> Result<(), Unconfirmed> {
        match self {
            Self::Broker(publisher) => publisher.publish_all(messages).await,
            Self::Process(queue) => queue.publish_all(messages).await,
        }
    }
}

/// What was parked, wherever applications go.
#[derive(Debug)]
pub enum Parked {
    /// By the agency's program, at the broker.
    Broker(broker::Parked),
    /// By the consumer in the process.
    Process(in_process::Parked),
}

/// Parked messages cannot be reached.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NotReached {
    /// They are at the broker.
    #[error(transparent)]
    Broker(#[from] broker::Unreachable),
    /// They are beside the journal.
    #[error(transparent)]
    Journal(#[from] journal::Unreachable),
}

impl Parked {
    /// At most `limit` of them, those first that were parked first.
    ///
    /// # Errors
    /// When they cannot be reached.
    pub async fn list(&self, limit: u16) -> Result<Vec<ParkedMessage>, NotReached> {
        Ok(match self {
            Self::Broker(parked) => parked.list(limit.into()).await?,
            Self::Process(parked) => parked.list(limit.into()).await?,
        })
    }

    /// Puts the message back, as if it were new; `false` when none with this id is parked.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub async fn requeue(&self, id: Uuid) -> Result<bool, NotReached> {
        Ok(match self {
            Self::Broker(parked) => parked.requeue(id).await?,
            Self::Process(parked) => parked.requeue(id).await?,
        })
    }

    /// Throws the message away; `false` when none with this id is parked.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub async fn discard(&self, id: Uuid) -> Result<bool, NotReached> {
        Ok(match self {
            Self::Broker(parked) => parked.discard(id).await?,
            Self::Process(parked) => parked.discard(id).await?,
        })
    }
}
