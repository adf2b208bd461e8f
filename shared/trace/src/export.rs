//! Sends what was recorded, batch by batch, beside the service's own work.

use std::time::Duration;

use bytes::Bytes;
use prost::Message;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use uuid::Uuid;

use crate::collector::{Collector, Outcome};
use crate::otlp;
use crate::pipeline::Ended;

/// Spans in one request to the collector.
const BATCH: usize = 512;

/// How long the first span of a batch waits for others.
const GATHERING: Duration = Duration::from_secs(1);

/// Times that a batch is sent until it is given up, while a collector is away.
const TRIES: u32 = 4;

/// The pause after the first failure; the next one is twice as long.
const PAUSE: Duration = Duration::from_secs(1);

/// The longest that a process which ends waits for the collector to take what is left.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// Sends spans to the collector, once it is started.
pub struct Exporter {
    waiting: mpsc::Receiver<Ended>,
    collector: Collector,
    instance: String,
    batch: Vec<Ended>,
    packed: Option<Packed>,
    /// Whether the collector took nothing the last time.
    is_away: bool,
}

/// A batch as it is sent.
struct Packed {
    body: Bytes,
    spans: usize,
}

/// An exporter at work.
#[derive(Debug)]
pub struct Exporting {
    task: JoinHandle<()>,
    stop: oneshot::Sender<()>,
}

impl Exporting {
    /// Sends what is left, for a few seconds at most, and ends.
    pub async fn finish(self) {
        // An exporter that has ended before has nothing left.
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

impl Exporter {
    pub(crate) fn new(waiting: mpsc::Receiver<Ended>, collector: Collector) -> Self {
        Self {
            waiting,
            collector,
            instance: Uuid::new_v4().to_string(),
            batch: Vec::with_capacity(BATCH),
            packed: None,
            is_away: false,
        }
    }

    /// Sends from now on, on the runtime of the caller.
    #[must_use]
    pub fn start(mut self) -> Exporting {
        let (stop, stopped) = oneshot::channel();
        for outcome in ["exported", "queue-full", "unsent", "refused"] {
            count(outcome, 0);
        }
        let task = tokio::spawn(async move {
            tokio::select! {
                _ = stopped => (),
                () = self.run() => (),
            }
            // What the collector does not take by then dies with the process, and its count with it.
            let _ = timeout(LAST_WORDS, self.finish()).await;
        });
        Exporting { task, stop }
    }

    async fn run(&mut self) {
        loop {
            self.gather().await;
            self.pack();
            self.deliver().await;
        }
    }

    /// Fills the batch. What it holds stays in it when this is broken off.
    async fn gather(&mut self) {
        self.waiting.recv_many(&mut self.batch, BATCH).await;
        let until = Instant::now() + GATHERING;
        while self.batch.len() < BATCH {
            let room = BATCH - self.batch.len();
            let more = self.waiting.recv_many(&mut self.batch, room);
            if timeout_at(until, more).await.is_err() {
                return;
            }
        }
    }

    fn pack(&mut self) {
        let spans = self.batch.len();
        let request = otlp::request(self.batch.drain(..), &self.instance);
        self.packed = (spans > 0).then(|| Packed {
            body: request.encode_to_vec().into(),
            spans,
        });
    }

    /// Sends the batch, again where the collector is away.
    async fn deliver(&mut self) {
        let mut pause = PAUSE;
        for _ in 1..TRIES {
            match self.send().await {
                Some(after) => sleep(after.unwrap_or(pause)).await,
                None => return,
            }
            pause *= 2;
        }
        if self.send().await.is_some() {
            self.give_up();
        }
    }

    /// Everything that waits, each batch once.
    async fn finish(&mut self) {
        self.waiting.close();
        loop {
            if self.packed.is_none() {
                let room = BATCH.saturating_sub(self.batch.len()).max(1);
                self.waiting.recv_many(&mut self.batch, room).await;
                self.pack();
            }
            if self.packed.is_none() {
                return;
            }
            if self.send().await.is_some() {
                self.give_up();
            }
        }
    }

    /// Sends the batch once. Where it should be sent again it stays, and the time to wait is told if the collector said one.
    async fn send(&mut self) -> Option<Option<Duration>> {
        let packed = self.packed.as_ref()?;
        let spans = packed.spans;
        match self.collector.send(packed.body.clone()).await {
            Outcome::Taken { refused } => {
                if self.is_away {
                    tracing::info!("the trace collector takes spans again");
                }
                self.is_away = false;
                count("exported", spans.saturating_sub(refused));
                count("refused", refused.min(spans));
            }
            Outcome::Refused { why } => {
                self.tell_away(&why);
                count("refused", spans);
            }
            Outcome::Later { why, after } => {
                self.tell_away(&why);
                return Some(after);
            }
        }
        self.packed = None;
        None
    }

    /// Tells the log once, not with every batch.
    fn tell_away(&mut self, why: &str) {
        if !self.is_away {
            tracing::warn!(why, "the trace collector takes no spans");
        }
        self.is_away = true;
    }

    fn give_up(&mut self) {
        if let Some(packed) = self.packed.take() {
            count("unsent", packed.spans);
        }
    }
}

/// Counts what became of spans.
pub(crate) fn count(outcome: &'static str, spans: usize) {
    let spans = u64::try_from(spans).unwrap_or(u64::MAX);
    metrics::counter!("lifeboat_trace_spans_total", "outcome" => outcome).increment(spans);
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use opentelemetry_proto::tonic::trace::v1::Span;
    use test_support::collector::{self, Answer};
    use test_support::ports;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    /// An exporter to this collector, for which two spans wait.
    fn exporting(url: &str) -> Exporting {
        let settings = format!("endpoint = '{url}'\ntimeout_ms = 60000");
        let collector = Collector::new(&toml::from_str(&settings).unwrap()).unwrap();
        let (queue, waiting) = mpsc::channel(8);
        for _ in 0..2 {
            let (service, span) = ("echo", Span::default());
            queue.try_send(Ended { service, span }).unwrap();
        }
        let exporting = Exporter::new(waiting, collector).start();
        // The way to the exporter stays open, as it does in a process.
        std::mem::forget(queue);
        exporting
    }

    async fn ends(exporting: Exporting) {
        timeout(PATIENCE, exporting.finish()).await.unwrap();
    }

    #[tokio::test]
    async fn what_is_left_is_sent_at_the_end() {
        let collector = collector::Collector::start().await;
        ends(exporting(&collector.url())).await;
        assert_eq!(collector.spans().len(), 2);
        assert_eq!(collector.heads().len(), 1, "together");
    }

    #[tokio::test]
    async fn a_collector_that_is_away_does_not_hold_up_the_end() {
        ends(exporting(&format!("http://127.0.0.1:{}", ports::free()))).await;
    }

    #[tokio::test]
    async fn a_collector_that_says_nothing_does_not_hold_up_the_end() {
        let collector = collector::Collector::answering(Answer::Silence).await;
        ends(exporting(&collector.url())).await;
        assert!(!collector.heads().is_empty(), "it was asked");
    }

    #[tokio::test]
    async fn what_a_collector_refuses_is_sent_once() {
        let collector = collector::Collector::answering(Answer::Refused).await;
        let exporting = exporting(&collector.url());
        requests(&collector, 1).await;
        // The collector notes a request before the exporter has heard the answer. Many short waits and not a long one: where the
        // machine stands still, the exporter does its work in those that are left.
        for _ in 0..20 {
            sleep(Duration::from_millis(100)).await;
        }
        ends(exporting).await;
        assert_eq!(collector.heads().len(), 1);
    }

    #[tokio::test]
    async fn what_a_collector_puts_off_is_sent_again() {
        let collector = collector::Collector::answering(Answer::Later).await;
        let exporting = exporting(&collector.url());
        requests(&collector, 2).await;
        ends(exporting).await;
    }

    async fn requests(collector: &collector::Collector, count: usize) {
        let deadline = Instant::now() + PATIENCE;
        while collector.heads().len() < count {
            assert!(Instant::now() < deadline, "never asked so often");
            sleep(Duration::from_millis(20)).await;
        }
    }
}
