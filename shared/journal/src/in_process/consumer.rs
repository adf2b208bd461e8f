//! The end of the queue where messages are taken out: one is kept when its handler is done with it, or parked.

use std::time::Duration;

use runtime::lifecycle::Drain;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

use super::Parked;
use super::queue::Delivery;
use crate::broker::{Handler, Message, Outcome, PAUSE, Reason, count, pause};
use crate::journal::Unreachable;

/// How often it is looked for what was parked and is put back, perhaps by another process.
const GLANCE: Duration = Duration::from_secs(1);

/// Why a message is parked that its handler wanted to see again too often; a broker says the same.
const TOO_OFTEN: &str = "delivery_limit";

/// Takes messages from the queue, one after the other.
#[derive(Debug)]
pub struct Consumer {
    deliveries: mpsc::Receiver<Delivery>,
    parked: Parked,
    pause: Duration,
}

/// Where a message is now, on disk.
enum Kept {
    Taken,
    Parked,
}

impl Consumer {
    pub(super) fn new(deliveries: mpsc::Receiver<Delivery>, parked: Parked) -> Self {
        Self {
            deliveries,
            parked,
            pause: PAUSE,
        }
    }

    /// How long to wait before a message is repeated for the first time, two seconds by default; three times as long
    /// before each further repetition.
    #[must_use]
    pub fn with_pause(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    /// Consumes until nobody puts anything in any more. Once draining begins nothing is waited for.
    pub async fn run(mut self, handler: &dyn Handler, drain: &Drain) {
        let mut glances = interval(GLANCE);
        glances.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let delivery = tokio::select! {
                delivery = self.deliveries.recv() => delivery,
                _ = glances.tick() => {
                    self.take_again(handler, drain).await;
                    continue;
                }
            };
            let Some(Delivery { message, told }) = delivery else {
                return;
            };
            // Who has stopped waiting hands it over again: it is still in the journal.
            if !told.is_closed() {
                let kept = self.keep(&message, handler, drain).await;
                let _ = told.send(kept.map(|_| ()));
            }
        }
    }

    /// Handles what was put back since the last time.
    async fn take_again(&self, handler: &dyn Handler, drain: &Drain) {
        // Where the database is away, the journal has told the log, and the next glance finds them.
        for message in self.parked.put_back().await.unwrap_or_default() {
            if let Ok(Kept::Taken) = self.keep(&message, handler, drain).await {
                // Left behind it would be handled once more, and found in the inbox.
                let _ = self.parked.discard(message.id).await;
            }
        }
    }

    /// Has the message handled until it is kept in one way or the other.
    async fn keep(
        &self,
        message: &Message,
        handler: &dyn Handler,
        drain: &Drain,
    ) -> Result<Kept, Reason> {
        let mut before = 0;
        let reason = loop {
            let outcome = handler.handle(message).await;
            count(&message.capability, &outcome);
            match outcome {
                Outcome::Done => return Ok(Kept::Taken),
                Outcome::Poison(reason) => break reason,
                Outcome::Retry => match pause(self.pause, before) {
                    Some(pause) if drain.sleep(pause).await => before += 1,
                    Some(_) => return Err(Reason::Refused("the service ends".to_owned())),
                    None => break TOO_OFTEN.to_owned(),
                },
            }
        };
        match self.parked.park(message, &reason).await {
            Ok(()) => Ok(Kept::Parked),
            Err(Unreachable) => Err(Reason::Refused("it could not be parked".to_owned())),
        }
    }
}
