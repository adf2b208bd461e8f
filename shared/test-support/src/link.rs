//! A long, thin and lossy link, as the connections over it feel it.
//!
//! Linux shapes real packets so with `tc netem`, which not every kernel has and nobody may use without being root. Here bytes of TCP
//! connections are carried in rounds instead: a window that grows by a segment each round trip and is halved by a loss (RFC 5681), all
//! connections sharing the rate.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Bytes of a TCP segment on Ethernet.
const SEGMENT: usize = 1460;

/// Segments of a window in the beginning (RFC 6928).
const FIRST_WINDOW: usize = 10;

/// A link that several proxies may share, each direction having the whole rate.
#[derive(Debug)]
pub struct Link {
    bytes_per_second: f64,
    one_way: Duration,
    loss: f64,
    towards_clients: Mutex<Option<Instant>>,
    towards_servers: Mutex<Option<Instant>>,
    entered: AtomicU64,
}

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    ToClient,
    ToServer,
}

impl Link {
    /// A link of so many bits a second, with this time from one end to the other and back, on which this part of all segments is lost.
    #[must_use]
    pub fn new(bits_per_second: u32, round_trip: Duration, loss: f64) -> Self {
        Self {
            bytes_per_second: f64::from(bits_per_second) / 8.0,
            one_way: round_trip / 2,
            loss,
            towards_clients: Mutex::new(None),
            towards_servers: Mutex::new(None),
            entered: AtomicU64::new(0),
        }
    }

    /// Bytes that set out towards clients, whether or not they arrived before the link was cut.
    #[must_use]
    pub fn entered(&self) -> u64 {
        self.entered.load(Ordering::Relaxed)
    }

    /// When these bytes, behind all that wait already, have passed the thin part.
    fn passed(&self, bytes: usize, way: Way) -> Instant {
        let queue = match way {
            Way::ToClient => &self.towards_clients,
            Way::ToServer => &self.towards_servers,
        };
        if way == Way::ToClient {
            self.entered.fetch_add(bytes as u64, Ordering::Relaxed);
        }
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let took = Duration::from_secs_f64(f64::from(bytes) / self.bytes_per_second);
        let mut free = queue.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let passed = free.map_or(now, |at| at.max(now)) + took;
        *free = Some(passed);
        passed
    }
}

/// One direction of one connection.
#[derive(Debug)]
pub(crate) struct Window {
    segments: usize,
    /// Doubling each round trip, until the first loss.
    is_starting: bool,
}

impl Window {
    pub(crate) const fn new() -> Self {
        Self {
            segments: FIRST_WINDOW,
            is_starting: true,
        }
    }

    /// Bytes that may be under way at once.
    pub(crate) const fn bytes(&self) -> usize {
        self.segments * SEGMENT
    }

    /// Waits until these bytes have arrived. Segments behind a lost one are held back until it came again, a round trip later.
    pub(crate) async fn arrived(&mut self, bytes: usize, link: &Link, way: Way) {
        let is_full = bytes >= self.bytes();
        let mut arrives = link.passed(bytes, way) + link.one_way;
        let is_lost = (0..bytes.div_ceil(SEGMENT)).any(|_| fastrand::f64() < link.loss);
        if is_lost {
            arrives += 2 * link.one_way;
            self.is_starting = false;
            self.segments = (self.segments / 2).max(2);
        } else if is_full {
            self.segments += if self.is_starting { self.segments } else { 1 };
        }
        sleep_until(arrives).await;
    }

    /// Waits for the acknowledgment of a full window.
    pub(crate) async fn acknowledged(&self, bytes: usize, link: &Link) {
        if bytes >= self.bytes() {
            tokio::time::sleep(link.one_way).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{Link, Way, Window};

    async fn seconds(link: &Link, bytes: usize) -> f64 {
        let begun = Instant::now();
        let (mut window, mut left) = (Window::new(), bytes);
        while left > 0 {
            let burst = left.min(window.bytes());
            window.arrived(burst, link, Way::ToClient).await;
            left -= burst;
        }
        begun.elapsed().as_secs_f64()
    }

    #[tokio::test(start_paused = true)]
    async fn connections_share_the_rate() {
        let link = Link::new(8_000_000, Duration::ZERO, 0.0);
        let (one, other) = tokio::join!(seconds(&link, 500_000), seconds(&link, 500_000));
        assert!((0.9..1.1).contains(&one.max(other)), "{one} {other}");
        assert_eq!(link.entered(), 1_000_000);
    }

    #[tokio::test(start_paused = true)]
    async fn losses_make_a_long_link_slow_whatever_its_rate() {
        let long = |loss| Link::new(1_000_000_000, Duration::from_millis(200), loss);
        let clean = seconds(&long(0.0), 1_000_000).await;
        let lossy = seconds(&long(0.02), 1_000_000).await;
        assert!(clean < 2.0 && lossy > 2.0 * clean, "{clean} {lossy}");
    }
}
