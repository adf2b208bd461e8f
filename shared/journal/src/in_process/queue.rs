//! The queue: what is put in counts as there when the consumer has it on disk.

use std::num::NonZeroUsize;

use tokio::sync::{mpsc, oneshot};

use super::{Consumer, Parked};
use crate::broker::{Message, Reason, Unconfirmed, Waiting};

/// A message on its way, and who waits until it is kept.
#[derive(Debug)]
pub(super) struct Delivery {
    pub(super) message: Message,
    pub(super) told: oneshot::Sender<Result<(), Reason>>,
}

/// The end of the queue where messages are put in.
#[derive(Debug)]
pub struct Queue {
    deliveries: mpsc::Sender<Delivery>,
    places: usize,
}

/// A queue with so many places, and its consumer, who puts aside in `parked` what nobody can handle.
#[must_use]
pub fn queue(places: NonZeroUsize, parked: Parked) -> (Queue, Consumer) {
    let places = places.get();
    let (deliveries, taken) = mpsc::channel(places);
    (Queue { deliveries, places }, Consumer::new(taken, parked))
}

impl Queue {
    /// Hands all of them over, in this order, and returns when each is kept. Where the queue is full it waits for a
    /// place.
    ///
    /// # Errors
    /// When one of them could not be kept, or the consumer has ended.
    pub async fn publish_all(&self, messages: &[Message]) -> Result<(), Unconfirmed> {
        let mut waiting = Waiting::begin(messages);
        for chunk in messages.chunks(self.places) {
            let kept = self.hand_over(chunk, &mut waiting).await;
            kept.map_err(|reason| Unconfirmed {
                confirmed: waiting.confirmed,
                reason,
            })?;
        }
        Ok(())
    }

    async fn hand_over(&self, chunk: &[Message], waiting: &mut Waiting<'_>) -> Result<(), Reason> {
        let mut promises = Vec::with_capacity(chunk.len());
        for message in chunk {
            let (told, promise) = oneshot::channel();
            let message = message.clone();
            let sent = self.deliveries.send(Delivery { message, told }).await;
            sent.map_err(|_| ended())?;
            promises.push(promise);
        }
        for promise in promises {
            promise.await.map_err(|_| ended())??;
            waiting.end_of(1);
        }
        Ok(())
    }
}

fn ended() -> Reason {
    Reason::Refused("the consumer has ended".to_owned())
}
