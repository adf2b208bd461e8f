//! Load on one server: many kept-alive connections, each sending one request after another.
//!
//! Requests are made beforehand, so that during the measured interval the client does next to nothing.

mod exchange;
mod tally;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

pub use exchange::Answer;
use exchange::Connection;
pub use tally::Tally;

/// An answer that takes longer counts as none.
const PATIENCE: Duration = Duration::from_secs(30);

/// A request, ready to send: what many have in common, and what only this one has.
#[derive(Debug, Clone)]
pub struct Request {
    /// Request line and the first headers.
    pub head: Arc<[u8]>,
    /// The last headers and the empty line.
    pub tail: Box<[u8]>,
}

/// The requests of a plan.
#[derive(Clone)]
pub enum Requests {
    /// Sent in this order over all connections, each once: a proof of possession may not be sent again.
    Once(Vec<Request>),
    /// Sent in this order again and again.
    Again(Vec<Request>),
    /// Made when they are due, by their number: what was made long before would have grown old. The first that cannot be made is
    /// the end.
    Fresh(Arc<dyn Fn(usize) -> Option<Request> + Send + Sync>),
}

impl Requests {
    fn get(&self, number: usize) -> Option<Cow<'_, Request>> {
        match self {
            Self::Once(requests) => requests.get(number).map(Cow::Borrowed),
            Self::Again(requests) => {
                let number = number.checked_rem(requests.len())?;
                requests.get(number).map(Cow::Borrowed)
            }
            Self::Fresh(make) => make(number).map(Cow::Owned),
        }
    }
}

impl fmt::Debug for Requests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Once(requests) => write!(f, "{} once", requests.len()),
            Self::Again(requests) => write!(f, "{} again and again", requests.len()),
            Self::Fresh(_) => write!(f, "fresh ones"),
        }
    }
}

/// What is sent, and how.
#[derive(Debug, Clone)]
pub struct Plan {
    /// `host:port`
    pub address: String,
    /// What is sent over all connections.
    pub requests: Requests,
    /// How many connections.
    pub connections: usize,
    /// The longest that new requests are sent.
    pub duration: Duration,
    /// Requests a second, over all connections; as many as are answered when not said.
    pub rate: Option<f64>,
}

/// Carries the plan out. A request that is under way at the end is waited for.
///
/// With a rate, the time a request takes counts from when it was due, so that a server that stalls is not spared the
/// requests that would have come meanwhile.
pub async fn run(plan: Plan) -> Tally {
    let plan = Arc::new(plan);
    let next = Arc::new(AtomicUsize::new(0));
    let start = Instant::now();
    let mut connections = JoinSet::new();
    for _ in 0..plan.connections {
        connections.spawn(one_connection(Arc::clone(&plan), Arc::clone(&next), start));
    }
    let mut total = Tally::default();
    while let Some(tally) = connections.join_next().await {
        // A connection that panicked would show as requests that are missing.
        total.add(tally.unwrap_or_default());
    }
    total.seconds = start.elapsed().as_secs_f64();
    total
}

async fn one_connection(plan: Arc<Plan>, next: Arc<AtomicUsize>, start: Instant) -> Tally {
    let end = start + plan.duration;
    let mut tally = Tally::default();
    let mut connection = Connection::to(&plan.address);
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let mut began = Instant::now();
        if let Some(due) = plan.due(number, start) {
            if due > began {
                sleep_until(due.min(end)).await;
            }
            began = due;
        }
        if Instant::now() >= end {
            break;
        }
        let Some(request) = plan.requests.get(number) else {
            break;
        };
        match timeout(PATIENCE, connection.exchange(&request)).await {
            Ok(Ok(answer)) => tally.answered(answer, began.elapsed()),
            Ok(Err(_)) | Err(_) => tally.broken += 1,
        }
    }
    tally
}

impl Plan {
    /// When the request of this number is to be sent; at once when not said.
    fn due(&self, number: usize, start: Instant) -> Option<Instant> {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a bench sends fewer requests than a float counts exactly"
        )]
        self.rate
            .map(|rate| start + Duration::from_secs_f64(number as f64 / rate))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::{Plan, Request, Requests, run};

    /// Answers every read of a connection with this, after this long.
    async fn server(answer: &'static str, after: Duration) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut buffer = [0; 1024];
                    while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {
                        tokio::time::sleep(after).await;
                        let cut = !answer.contains("\r\n\r\n");
                        if stream.write_all(answer.as_bytes()).await.is_err() || cut {
                            return;
                        }
                    }
                });
            }
        });
        address
    }

    fn plan(address: String, requests: usize) -> Plan {
        let request = Request {
            head: (*b"GET / HTTP/1.1\r\n").into(),
            tail: (*b"Host: x\r\n\r\n").into(),
        };
        Plan {
            address,
            requests: Requests::Once(vec![request; requests]),
            connections: 4,
            duration: Duration::from_secs(5),
            rate: None,
        }
    }

    #[tokio::test]
    async fn every_request_is_sent_once_and_counted_by_status() {
        let address = server(
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
            Duration::ZERO,
        )
        .await;
        let tally = run(plan(address, 100)).await;
        assert_eq!((tally.statuses.get(&200), tally.broken), (Some(&100), 0));
    }

    #[tokio::test]
    async fn chunked_answers_are_read_to_their_end() {
        let answer =
            "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n";
        let tally = run(plan(server(answer, Duration::ZERO).await, 20)).await;
        assert_eq!((tally.statuses.get(&404), tally.broken), (Some(&20), 0));
    }

    #[tokio::test]
    async fn a_connection_that_is_cut_is_a_broken_request() {
        let tally = run(plan(
            server("HTTP/1.1 200 OK\r\ncontent-le", Duration::ZERO).await,
            1,
        ))
        .await;
        assert_eq!((tally.broken, tally.answered_in_all()), (1, 0));
        let nobody = format!("127.0.0.1:{}", test_support::ports::free());
        assert_eq!(run(plan(nobody, 3)).await.broken, 3);
    }

    #[tokio::test]
    async fn refusals_are_told_apart_and_those_that_name_no_time_are_counted() {
        let told = "HTTP/1.1 503 X\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n";
        let untold = "HTTP/1.1 429 X\r\ncontent-length: 0\r\n\r\n";
        for (answer, unexplained) in [(told, 0), (untold, 5)] {
            let mut plan = plan(server(answer, Duration::ZERO).await, 5);
            let Requests::Once(made) = plan.requests else {
                unreachable!()
            };
            plan.requests =
                Requests::Fresh(std::sync::Arc::new(move |number| made.get(number).cloned()));
            plan.rate = Some(100.0);
            plan.duration = Duration::from_millis(50);
            let tally = run(plan).await;
            assert_eq!((tally.answered_in_all(), tally.broken), (5, 0));
            assert_eq!(tally.unexplained, unexplained);
            assert_eq!(tally.percentile_of_good(0.5), Duration::ZERO);
        }
    }

    #[tokio::test]
    async fn a_slow_server_is_not_spared_what_was_due() {
        let address = server(
            "HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n",
            Duration::from_millis(100),
        )
        .await;
        let mut plan = plan(address, 40);
        plan.connections = 1;
        plan.rate = Some(100.0);
        plan.duration = Duration::from_millis(600);
        let tally = run(plan).await;
        assert!(
            tally.percentile(0.99) > Duration::from_millis(300),
            "{tally:?}"
        );
    }
}
