//! A channel on which everything published is confirmed.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use lapin::message::BasicReturnMessage;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::protocol::{AMQPErrorKind, AMQPSoftError};
use lapin::types::ShortString;
use lapin::{BasicProperties, Channel, Confirmation, Connection, ErrorKind};
use runtime::backoff::Backoff;
use tokio::time::timeout;

use super::link::{Link, PATIENCE, Unreachable};
use super::topology::Queue;

/// How often it is looked at whether the connection is still there.
const GLANCE: Duration = Duration::from_millis(200);

/// Something ready to be published.
pub(crate) struct Outgoing<'a> {
    pub(crate) exchange: &'static str,
    pub(crate) queue: Queue,
    pub(crate) properties: BasicProperties,
    pub(crate) body: &'a [u8],
}

/// A channel, used by one publisher at a time: the driver may hang a returned message on the confirmation of another,
/// and only who sees all of them can tell which it was.
#[derive(Debug)]
pub(crate) struct Lane {
    pub(crate) connection: Arc<Connection>,
    pub(crate) channel: Channel,
    declared: HashSet<ShortString>,
}

/// Not everything was confirmed.
#[derive(Debug)]
pub(crate) struct Stopped {
    /// How many at the beginning were.
    pub(crate) confirmed: usize,
    pub(crate) why: Why,
}

#[derive(Debug)]
pub(crate) enum Why {
    /// The broker is gone, or does not answer: it may have the rest or not.
    Lost(Unreachable),
    /// The broker answered that it does not have it, and why.
    Refused(String),
}

impl std::fmt::Display for Why {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Lost(error) => error.fmt(formatter),
            Self::Refused(words) => formatter.write_str(words),
        }
    }
}

impl From<lapin::Error> for Why {
    fn from(error: lapin::Error) -> Self {
        if is_final(&error) {
            Self::Refused(error.to_string())
        } else {
            Self::Lost(error.into())
        }
    }
}

/// Whether the broker would say the same again: what is declared differs from what is there, or is not allowed.
/// Everything else passes, such as a queue that has no leader while the broker starts.
fn is_final(error: &lapin::Error) -> bool {
    let ErrorKind::ProtocolError(error) = error.kind() else {
        return false;
    };
    matches!(
        error.kind(),
        AMQPErrorKind::Soft(AMQPSoftError::PRECONDITIONFAILED | AMQPSoftError::ACCESSREFUSED)
    )
}

impl Lane {
    /// A new one, for which it waits as long as it takes.
    pub(crate) async fn wait(link: &Link) -> Self {
        let mut backoff = Backoff::default();
        loop {
            let connection = link.connection().await;
            match Self::open(Arc::clone(&connection)).await {
                Ok(lane) => return lane,
                Err(error) => tracing::warn!(%error, "the broker gives no channel"),
            }
            link.forget(&connection).await;
            backoff.wait().await;
        }
    }

    pub(crate) async fn open(connection: Arc<Connection>) -> Result<Self, Unreachable> {
        let opening = async {
            let channel = connection.create_channel().await?;
            channel
                .confirm_select(ConfirmSelectOptions::default())
                .await?;
            Ok::<_, lapin::Error>(channel)
        };
        let channel = timeout(PATIENCE, opening).await??;
        Ok(Self {
            connection,
            channel,
            declared: HashSet::new(),
        })
    }

    /// Whether it can be used again.
    pub(crate) fn lives(&self) -> bool {
        self.connection.status().connected() && self.channel.status().connected()
    }

    /// Waits for `work` until the connection or the channel is gone. The driver leaves some of those who wait at that
    /// moment without an answer.
    pub(crate) async fn unless_lost<T>(&self, work: impl Future<Output = T>) -> Result<T, Why> {
        let lost = async {
            while self.lives() {
                tokio::time::sleep(GLANCE).await;
            }
        };
        tokio::select! {
            biased;
            done = work => Ok(done),
            () = lost => Err(Why::Lost(Unreachable::lost())),
        }
    }

    /// The broker's answer, for which it waits no longer than [`PATIENCE`].
    pub(crate) async fn answer<T>(
        &self,
        asked: impl Future<Output = lapin::Result<T>>,
    ) -> Result<T, Why> {
        let answered = self.unless_lost(timeout(PATIENCE, asked)).await?;
        Ok(answered.map_err(|silence| Why::Lost(silence.into()))??)
    }

    /// Closes it in an orderly way: what it did not acknowledge is in its queue again.
    pub(crate) async fn close(&self) -> Result<(), Why> {
        // Not `answer`: the channel is gone when this succeeds.
        let closed = timeout(PATIENCE, self.channel.close(200, "done".into())).await;
        Ok(closed.map_err(|silence| Why::Lost(silence.into()))??)
    }

    /// Sees to it that the queue is there.
    pub(crate) async fn declare(&mut self, queue: &Queue) -> Result<(), Why> {
        if !self.declared.contains(&queue.capability) {
            self.answer(queue.declare(&self.channel)).await?;
            self.declared.insert(queue.capability.clone());
        }
        Ok(())
    }

    /// Publishes all of them, in order, to queues that are declared, and waits until the broker has said of each
    /// whether it has it.
    pub(crate) async fn publish(&mut self, messages: &[Outgoing<'_>]) -> Result<(), Stopped> {
        let (confirms, broken) = self.send(messages).await;
        let answers = async { Ok(join_all(confirms).await) };
        let answers = self.answer(answers).await;
        let answers = answers.map_err(|why| Stopped { confirmed: 0, why })?;
        let returned = answers.iter().filter_map(returned);
        let returned: HashSet<_> = returned
            .map(|message| message.properties.message_id().clone())
            .collect();
        if !returned.is_empty() {
            // Somebody took the queue away: it is declared anew next time.
            self.declared.clear();
        }
        for (confirmed, (message, answer)) in messages.iter().zip(answers).enumerate() {
            let why = match answer {
                _ if returned.contains(message.properties.message_id()) => {
                    Why::Refused("it has no queue for the message".to_owned())
                }
                Ok(Confirmation::Ack(_)) => continue,
                Ok(Confirmation::Nack(_)) => Why::Refused("it could not keep it".to_owned()),
                Ok(Confirmation::NotRequested) => Why::Refused("it does not confirm".to_owned()),
                Err(error) => error.into(),
            };
            return Err(Stopped { confirmed, why });
        }
        broken
    }

    /// The promised confirmations, fewer than messages where the channel broke.
    async fn send(
        &self,
        messages: &[Outgoing<'_>],
    ) -> (Vec<lapin::PublisherConfirm>, Result<(), Stopped>) {
        let mut confirms = Vec::with_capacity(messages.len());
        let options = BasicPublishOptions {
            mandatory: true,
            immediate: false,
        };
        for message in messages {
            let sent = self.channel.basic_publish(
                message.exchange.into(),
                message.queue.capability.clone(),
                options,
                message.body,
                message.properties.clone(),
            );
            match sent.await {
                Ok(confirm) => confirms.push(confirm),
                Err(error) => {
                    let confirmed = confirms.len();
                    let why = error.into();
                    return (confirms, Err(Stopped { confirmed, why }));
                }
            }
        }
        (confirms, Ok(()))
    }
}

/// The message that came back, on whichever confirmation it came.
fn returned(answer: &lapin::Result<Confirmation>) -> Option<&BasicReturnMessage> {
    match answer {
        Ok(Confirmation::Ack(message) | Confirmation::Nack(message)) => message.as_ref(),
        _ => None,
    }
}
