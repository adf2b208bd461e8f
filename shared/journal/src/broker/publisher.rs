//! Publishing: a message counts as published when the broker has confirmed it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use runtime::backoff::Backoff;

use super::lane::{Lane, Outgoing, Stopped, Why};
use super::link::Link;
use super::message::TooLong;
use super::topology::{EXCHANGE, Queue};
use super::{Message, Settings, SettingsError};

/// Messages that were handed over and are not confirmed, by capability.
const WAITING: &str = "lifeboat_outbox_waiting";

/// The way to the broker. Waits for a broker that is not there, as long as it takes; who does not want to wait drops
/// the future, and publishes the same messages again later.
#[derive(Debug)]
pub struct Publisher {
    link: Link,
    window: usize,
    /// Channels at rest.
    lanes: Mutex<Vec<Lane>>,
    /// Held while declaring: who finds a quorum queue that another channel is just making may be refused.
    declaring: tokio::sync::Mutex<()>,
}

/// Not all messages are with the queue. Those that are not may be: they are published again, and who consumes them
/// drops what came twice.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the queue confirmed {confirmed} messages and then stopped: {reason}")]
pub struct Unconfirmed {
    /// How many, from the first on, are there for certain.
    pub confirmed: usize,
    /// Why the next one is not.
    pub reason: Reason,
}

/// Why a message is not confirmed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// No queue can have the name of its capability.
    #[error(transparent)]
    Capability(#[from] SettingsError),
    /// Its kind has more than 255 bytes.
    #[error("the kind is longer than 255 bytes")]
    Kind,
    /// The broker has returned or refused it, or the process's own queue could not keep it, in these words.
    #[error("{0}")]
    Refused(String),
}

impl Publisher {
    /// Does not wait for the broker: the first message does.
    ///
    /// # Errors
    /// When the settings do not say where the broker is.
    pub fn connect(settings: &Settings) -> Result<Self, SettingsError> {
        Ok(Self {
            link: Link::new(settings)?,
            window: usize::from(settings.window.max(1)),
            lanes: Mutex::default(),
            declaring: tokio::sync::Mutex::default(),
        })
    }

    /// Sees to it that the capability's queue is there, and waits for the broker as long as it takes. To be called
    /// when a service starts, before anybody files: a single broker (RabbitMQ 3.10) that was killed a second after
    /// making a queue could not use it again, and five seconds after, it could. A cluster has its other nodes.
    ///
    /// # Errors
    /// When the broker holds something else under that name, or does not allow it.
    pub async fn declare(&self, capability: &str) -> Result<(), Reason> {
        let queue = Queue::of(capability)?;
        let mut backoff = Backoff::default();
        loop {
            let mut lane = self.lane().await;
            match self.declare_over(&mut lane, &[&queue]).await {
                Ok(()) => {
                    self.resting().push(lane);
                    return Ok(());
                }
                Err(why) => self.lost(&lane, why, &mut backoff).await?,
            }
        }
    }

    /// Publishes one message.
    ///
    /// # Errors
    /// When the broker does not have it; not because the broker is away.
    pub async fn publish(&self, message: &Message) -> Result<(), Unconfirmed> {
        self.publish_all(std::slice::from_ref(message)).await
    }

    /// Publishes all of them, in this order, many at once, and returns when each is confirmed. While the broker is
    /// away it waits, and then goes on with the first that is not confirmed.
    ///
    /// # Errors
    /// When the broker says that it does not have one of them. Nothing was sent when one cannot be written at all.
    pub async fn publish_all(&self, messages: &[Message]) -> Result<(), Unconfirmed> {
        let outgoing = written(messages)?;
        let mut waiting = Waiting::begin(messages);
        let mut backoff = Backoff::default();
        while let Some(chunk) = outgoing[waiting.confirmed..].chunks(self.window).next() {
            let mut lane = self.lane().await;
            match self.publish_over(&mut lane, chunk).await {
                Ok(()) => {
                    waiting.end_of(chunk.len());
                    backoff = Backoff::default();
                    self.resting().push(lane);
                }
                Err(Stopped { confirmed, why }) => {
                    waiting.end_of(confirmed);
                    let goes_on = self.lost(&lane, why, &mut backoff).await;
                    goes_on.map_err(|reason| Unconfirmed {
                        confirmed: waiting.confirmed,
                        reason,
                    })?;
                }
            }
        }
        Ok(())
    }

    async fn publish_over(&self, lane: &mut Lane, chunk: &[Outgoing<'_>]) -> Result<(), Stopped> {
        let queues: Vec<&Queue> = chunk.iter().map(|message| &message.queue).collect();
        let declared = self.declare_over(lane, &queues).await;
        declared.map_err(|why| Stopped { confirmed: 0, why })?;
        lane.publish(chunk).await
    }

    async fn declare_over(&self, lane: &mut Lane, queues: &[&Queue]) -> Result<(), Why> {
        let _only_one = self.declaring.lock().await;
        for queue in queues {
            lane.declare(queue).await?;
        }
        Ok(())
    }

    /// After a loss there is another try, on another connection; not after a refusal.
    async fn lost(&self, lane: &Lane, why: Why, backoff: &mut Backoff) -> Result<(), Reason> {
        match why {
            Why::Refused(words) => return Err(Reason::Refused(words)),
            Why::Lost(error) => tracing::warn!(%error, "the broker was lost"),
        }
        self.link.forget(&lane.connection).await;
        backoff.wait().await;
        Ok(())
    }

    /// A channel of one's own.
    async fn lane(&self) -> Lane {
        loop {
            // Taken in a statement of its own: the lock must not be held while waiting.
            let rested = self.resting().pop();
            match rested {
                Some(lane) if lane.lives() => return lane,
                Some(_) => {}
                None => return Lane::wait(&self.link).await,
            }
        }
    }

    fn resting(&self) -> MutexGuard<'_, Vec<Lane>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn written(messages: &[Message]) -> Result<Vec<Outgoing<'_>>, Unconfirmed> {
    let all: Result<_, Reason> = messages.iter().map(written_one).collect();
    all.map_err(|reason| Unconfirmed {
        confirmed: 0,
        reason,
    })
}

fn written_one(message: &Message) -> Result<Outgoing<'_>, Reason> {
    Ok(Outgoing {
        exchange: EXCHANGE,
        queue: Queue::of(&message.capability)?,
        properties: message.properties().map_err(|TooLong| Reason::Kind)?,
        body: &message.body,
    })
}

/// Messages that wait until they are confirmed, or until nobody waits for them any more.
pub(crate) struct Waiting<'a> {
    messages: &'a [Message],
    pub(crate) confirmed: usize,
}

impl<'a> Waiting<'a> {
    pub(crate) fn begin(messages: &'a [Message]) -> Self {
        for message in messages {
            metrics::gauge!(WAITING, "capability" => message.capability.clone()).increment(1);
        }
        Self {
            messages,
            confirmed: 0,
        }
    }

    /// So many more are confirmed.
    pub(crate) fn end_of(&mut self, count: usize) {
        for message in &self.messages[self.confirmed..self.confirmed + count] {
            metrics::gauge!(WAITING, "capability" => message.capability.clone()).decrement(1);
        }
        self.confirmed += count;
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.end_of(self.messages.len() - self.confirmed);
    }
}
