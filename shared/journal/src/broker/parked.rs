//! What was parked because nobody could handle it: looked at, put back, or thrown away, by id.

use lapin::BasicProperties;
use lapin::message::BasicGetMessage;
use lapin::options::{BasicAckOptions, BasicGetOptions};
use lapin::types::{AMQPValue, FieldTable};
use uuid::Uuid;

use super::lane::{Lane, Outgoing, Why};
use super::link::{Link, Unreachable};
use super::topology::{EXCHANGE, Queue};
use super::{Settings, SettingsError, message};

/// The header with the words of the handler that parked it.
const REASON: &str = "reason";

/// The header that counts how often it was parked and put back.
const BEFORE: &str = "parked-before";

/// The kind of what came without one.
const NO_KIND: &str = "unreadable";

/// The header in which the broker says why it parked a message itself.
const BROKERS_REASON: &str = "x-first-death-reason";

/// The parked messages of one capability. What is being looked at elsewhere in the same moment is not seen here.
#[derive(Debug)]
pub struct Parked {
    link: Link,
    queue: Queue,
}

/// A parked message, without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParkedMessage {
    /// By which it is put back or thrown away; nil for all that came without one.
    pub id: Uuid,
    /// What was filed; `unreadable` for what was not written by a journal.
    pub kind: String,
    /// Where it stands in the order of filing.
    pub position: Option<i64>,
    /// The handler's words, or the broker's: `delivery_limit` for what was repeated too often.
    pub reason: String,
    /// How often it was parked.
    pub deaths: i64,
}

impl Parked {
    /// Does not connect yet.
    ///
    /// # Errors
    /// When the settings do not say where the broker is, or no capability has this name.
    pub fn new(settings: &Settings, capability: &str) -> Result<Self, SettingsError> {
        Ok(Self {
            link: Link::new(settings)?,
            queue: Queue::of(capability)?,
        })
    }

    /// At most `limit` of them, those first that were parked first. They stay parked.
    ///
    /// # Errors
    /// When the broker does not answer.
    pub async fn list(&self, limit: usize) -> Result<Vec<ParkedMessage>, Unreachable> {
        let lane = self.open().await?;
        let mut found = Vec::new();
        while found.len() < limit
            && let Some(message) = self.next(&lane).await?
        {
            found.push(described(&message.properties));
        }
        // With the channel goes the claim on what was only looked at.
        lane.close().await?;
        Ok(found)
    }

    /// Puts the message back into its capability's queue, as if it were new; `false` when none with this id is parked.
    /// Interrupted, it may be in both queues.
    ///
    /// # Errors
    /// When the broker does not answer.
    pub async fn requeue(&self, id: Uuid) -> Result<bool, Unreachable> {
        self.settle(id, true).await
    }

    /// Throws the message away; `false` when none with this id is parked.
    ///
    /// # Errors
    /// When the broker does not answer.
    pub async fn discard(&self, id: Uuid) -> Result<bool, Unreachable> {
        self.settle(id, false).await
    }

    /// Takes the message out, every copy of it, having put one back if wanted.
    async fn settle(&self, id: Uuid, again: bool) -> Result<bool, Unreachable> {
        let mut lane = self.open().await?;
        let mut found = false;
        while let Some(message) = self.next(&lane).await? {
            if id_or_nil(&message.properties) != id {
                continue;
            }
            if again && !found {
                let copy = Outgoing {
                    exchange: EXCHANGE,
                    queue: self.queue.clone(),
                    properties: fresh(message.properties.clone()),
                    body: &message.data,
                };
                let published = lane.publish(&[copy]).await;
                published.map_err(|stopped| Unreachable::from(stopped.why))?;
            }
            found = true;
            lane.answer(message.ack(BasicAckOptions::default())).await?;
        }
        // With the channel goes the claim on what was only looked at.
        lane.close().await?;
        Ok(found)
    }

    async fn open(&self) -> Result<Lane, Unreachable> {
        let connection = self.link.try_connection().await?;
        let mut lane = Lane::open(connection).await?;
        lane.declare(&self.queue).await?;
        Ok(lane)
    }

    /// The next parked message, which nobody else sees until it is settled or the channel closed.
    async fn next(&self, lane: &Lane) -> Result<Option<BasicGetMessage>, Unreachable> {
        let get = lane
            .channel
            .basic_get(self.queue.dead.clone(), BasicGetOptions::default());
        Ok(lane.answer(get).await?)
    }
}

impl From<Why> for Unreachable {
    fn from(why: Why) -> Self {
        match why {
            Why::Lost(error) => error,
            Why::Refused(words) => Self::refused(words),
        }
    }
}

/// The properties with which a consumer parks a message that it has.
pub(crate) fn properties(of: BasicProperties, reason: &str) -> BasicProperties {
    let mut headers = headers(&of);
    headers.insert(REASON.into(), AMQPValue::LongString(reason.into()));
    of.with_headers(headers)
        .with_delivery_mode(message::PERSISTENT)
}

/// Those of a message that was never delivered, but for how often it was parked.
fn fresh(of: BasicProperties) -> BasicProperties {
    let mut fresh = FieldTable::default();
    for (name, value) in headers(&of).inner() {
        if !name.as_str().starts_with("x-") && name.as_str() != REASON {
            fresh.insert(name.clone(), value.clone());
        }
    }
    fresh.insert(BEFORE.into(), AMQPValue::LongLongInt(deaths(&of)));
    of.with_headers(fresh)
}

fn headers(of: &BasicProperties) -> FieldTable {
    of.headers().clone().unwrap_or_default()
}

fn deaths(of: &BasicProperties) -> i64 {
    message::number(of, BEFORE).unwrap_or(0).saturating_add(1)
}

fn id_or_nil(of: &BasicProperties) -> Uuid {
    message::id(of).unwrap_or_default()
}

fn described(of: &BasicProperties) -> ParkedMessage {
    let reason = text(of, REASON).or_else(|| text(of, BROKERS_REASON));
    ParkedMessage {
        id: id_or_nil(of),
        kind: message::kind(of).unwrap_or_else(|| NO_KIND.to_owned()),
        position: message::position(of),
        reason: reason.unwrap_or_default(),
        deaths: deaths(of),
    }
}

fn text(of: &BasicProperties, header: &str) -> Option<String> {
    match of.headers().as_ref()?.inner().get(header)? {
        AMQPValue::LongString(text) => Some(text.to_string()),
        AMQPValue::ShortString(text) => Some(text.to_string()),
        _ => None,
    }
}
