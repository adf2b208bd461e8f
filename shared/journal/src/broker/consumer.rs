//! Consuming: a message leaves the queue when its handler is done with it.

use std::time::Duration;

use futures_util::StreamExt;
use lapin::BasicProperties;
use lapin::message::Delivery;
use lapin::options::{
    BasicAckOptions, BasicCancelOptions, BasicConsumeOptions, BasicNackOptions, BasicQosOptions,
};
use lapin::types::{FieldTable, ShortString};
use runtime::backoff::jittered;
use runtime::lifecycle::Drain;

use super::lane::{Lane, Outgoing, Why};
use super::link::Link;
use super::message::Unreadable;
use super::topology::{DEAD_EXCHANGE, DELIVERY_LIMIT, Queue};
use super::{Message, Settings, SettingsError, message, parked};

/// Messages that the broker may hand over before the first of them is handled.
const PREFETCH: u16 = 32;

/// Before the first repetition.
pub(crate) const PAUSE: Duration = Duration::from_secs(2);

/// By how much each repetition waits longer: with [`PAUSE`], five of them outlast a database that is away for a minute.
const SLOWER: u32 = 3;

/// Before consuming again what was interrupted.
const INTERRUPTION: Duration = Duration::from_secs(1);

/// Why something is parked that no journal wrote.
const UNREADABLE: &str = "not a message of this journal";

/// The delivery tag that stands for everything delivered so far.
const ALL: u64 = 0;

/// The header in which a quorum queue counts how often it handed out a message before.
const DELIVERY_COUNT: &str = "x-delivery-count";

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is handled, and on disk.
    Done,
    /// Not now: it comes again, after a pause that grows, and is parked after [`super::DELIVERY_LIMIT`] repetitions.
    Retry,
    /// It can never be handled, for this reason, which holds nobody's data: it is parked.
    Poison(String),
}

/// Handles messages.
#[async_trait::async_trait]
pub trait Handler: Send + Sync {
    /// Handles one. The same message may come again, also when the outcome was [`Outcome::Done`]: an
    /// [`super::Inbox`] tells.
    async fn handle(&self, message: &Message) -> Outcome;
}

/// Takes the messages of one capability from its queue, one after the other.
#[derive(Debug)]
pub struct Consumer {
    link: Link,
    queue: Queue,
    prefetch: u16,
    pause: Duration,
}

impl Consumer {
    /// Does not connect yet.
    ///
    /// # Errors
    /// When the settings do not say where the broker is, or no capability has this name.
    pub fn new(settings: &Settings, capability: &str) -> Result<Self, SettingsError> {
        Ok(Self {
            link: Link::new(settings)?,
            queue: Queue::of(capability)?,
            prefetch: PREFETCH,
            pause: PAUSE,
        })
    }

    /// How many messages wait in the process, 32 by default. When the process dies, the broker counts all of them as
    /// delivered once more.
    #[must_use]
    pub fn with_prefetch(self, prefetch: u16) -> Self {
        Self {
            prefetch: prefetch.max(1),
            ..self
        }
    }

    /// How long to wait before a message is repeated for the first time, two seconds by default; three times as long
    /// before each further repetition.
    #[must_use]
    pub fn with_pause(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    /// Consumes until draining begins, through every loss of the broker. The message in hand is finished first.
    pub async fn run(&self, handler: &dyn Handler, drain: &Drain) {
        while !drain.has_begun() {
            let mut lane = tokio::select! {
                () = drain.begun() => return,
                lane = Lane::wait(&self.link) => lane,
            };
            // Also when it ends as it should and the broker is lost just then: the queue has everything all the same.
            let Err(why) = self.consume(&mut lane, handler, drain).await else {
                return;
            };
            tracing::warn!(%why, queue = %self.queue.name, "consuming is interrupted");
            self.link.forget(&lane.connection).await;
            drain.sleep(jittered(INTERRUPTION)).await;
        }
    }

    /// Consumes over this channel until it breaks, or until draining begins.
    async fn consume(
        &self,
        lane: &mut Lane,
        handler: &dyn Handler,
        drain: &Drain,
    ) -> Result<(), Why> {
        lane.declare(&self.queue).await?;
        let opening = async {
            let options = BasicQosOptions::default();
            lane.channel.basic_qos(self.prefetch, options).await?;
            let name = self.queue.name.clone();
            let options = BasicConsumeOptions::default();
            // The broker makes up the consumer's name.
            let consuming =
                lane.channel
                    .basic_consume(name, "".into(), options, FieldTable::default());
            consuming.await
        };
        let mut deliveries = lane.answer(opening).await?;
        loop {
            let next = tokio::select! {
                () = drain.begun() => return hand_back(lane, &deliveries.tag()).await,
                next = lane.unless_lost(deliveries.next()) => next?,
            };
            let delivery = next.ok_or_else(|| Why::Refused("the queue is gone".to_owned()))??;
            self.take(lane, delivery, handler, drain).await?;
        }
    }

    async fn take(
        &self,
        lane: &mut Lane,
        delivery: Delivery,
        handler: &dyn Handler,
        drain: &Drain,
    ) -> Result<(), Why> {
        let Delivery {
            properties,
            data,
            acker,
            ..
        } = delivery;
        let (outcome, body) = match Message::read(&self.queue.capability, &properties, data) {
            Ok(message) => (handler.handle(&message).await, message.body),
            Err(Unreadable(body)) => (Outcome::Poison(UNREADABLE.to_owned()), body),
        };
        count(self.queue.capability.as_str(), &outcome);
        match outcome {
            Outcome::Done => lane.answer(acker.ack(BasicAckOptions::default())).await?,
            Outcome::Retry => {
                self.pause_after(&properties, drain).await;
                let again = BasicNackOptions {
                    requeue: true,
                    multiple: false,
                };
                lane.answer(acker.nack(again)).await?
            }
            Outcome::Poison(reason) => {
                let copy = Outgoing {
                    exchange: DEAD_EXCHANGE,
                    queue: self.queue.clone(),
                    properties: parked::properties(properties, &reason),
                    body: &body,
                };
                // First there, then gone from here: killed in between, it is parked twice rather than lost.
                lane.publish(&[copy]).await.map_err(|stopped| stopped.why)?;
                lane.answer(acker.ack(BasicAckOptions::default())).await?
            }
        };
        Ok(())
    }

    async fn pause_after(&self, properties: &BasicProperties, drain: &Drain) {
        let before = message::number(properties, DELIVERY_COUNT).unwrap_or(0);
        if let Some(pause) = pause(self.pause, before) {
            drain.sleep(pause).await;
        }
    }
}

/// Ends consuming in such a way that what waited here goes back to the queue now, not when the broker misses us.
async fn hand_back(lane: &Lane, consumer: &ShortString) -> Result<(), Why> {
    let handing_back = async {
        lane.channel
            .basic_cancel(consumer.clone(), BasicCancelOptions::default())
            .await?;
        let all = BasicNackOptions {
            requeue: true,
            multiple: true,
        };
        lane.channel.basic_nack(ALL, all).await
    };
    lane.answer(handing_back).await?;
    lane.close().await
}

/// How long to wait before a message is repeated that was repeated `before` times; `None` where it is not repeated again.
pub(crate) fn pause(first: Duration, before: i64) -> Option<Duration> {
    let slower = || SLOWER.saturating_pow(u32::try_from(before).unwrap_or(0));
    (before < DELIVERY_LIMIT).then(|| jittered(first.saturating_mul(slower())))
}

pub(crate) fn count(capability: &str, outcome: &Outcome) {
    let outcome = match outcome {
        Outcome::Done => "done",
        Outcome::Retry => "retry",
        Outcome::Poison(_) => "poison",
    };
    let capability = capability.to_owned();
    metrics::counter!("lifeboat_messages_consumed_total", "capability" => capability, "outcome" => outcome)
        .increment(1);
}
