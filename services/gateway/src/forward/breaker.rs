//! A circuit breaker for each service: after failures in a row it stops calling for a while, then lets one request
//! find out. All workers share it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use metrics::{Gauge, gauge};

/// Counts failures and says whether to call.
#[derive(Debug)]
pub(crate) struct Breaker {
    failures_to_open: u32,
    pause: Duration,
    state: Mutex<State>,
    shown: GaugeHandle,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Closed { failures: u32 },
    Open { until: Instant },
    Probing { until: Instant },
}

struct GaugeHandle(Gauge);

impl std::fmt::Debug for GaugeHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Gauge")
    }
}

/// The service is not called for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Open {
    /// When it is worth coming back.
    pub(crate) retry_after: Duration,
}

impl Breaker {
    pub(crate) fn new(service: &str, failures_to_open: u32, pause: Duration) -> Self {
        let shown = gauge!("lifeboat_gateway_breaker_open", "service" => service.to_owned());
        shown.set(0.0);
        let state = Mutex::new(State::Closed { failures: 0 });
        Self {
            failures_to_open: failures_to_open.max(1),
            pause,
            state,
            shown: GaugeHandle(shown),
        }
    }

    /// Asks to call the service; the answer must be followed by [`Breaker::succeeded`] or [`Breaker::failed`]. A probe
    /// that never reports (its client went away) stops blocking others after a pause.
    pub(crate) fn admit(&self, now: Instant) -> Result<(), Open> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match *state {
            State::Closed { .. } => Ok(()),
            State::Open { until } | State::Probing { until } if now < until => Err(Open {
                retry_after: until.duration_since(now),
            }),
            State::Open { .. } | State::Probing { .. } => {
                *state = State::Probing {
                    until: now + self.pause,
                };
                Ok(())
            }
        }
    }

    /// The service answered.
    pub(crate) fn succeeded(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if *state != (State::Closed { failures: 0 }) {
            *state = State::Closed { failures: 0 };
            self.shown.0.set(0.0);
        }
    }

    /// The service could not be reached, broke off, or took too long.
    pub(crate) fn failed(&self, now: Instant) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let open = State::Open {
            until: now + self.pause,
        };
        *state = match *state {
            State::Closed { failures } if failures + 1 < self.failures_to_open => State::Closed {
                failures: failures + 1,
            },
            State::Closed { .. } | State::Probing { .. } => open,
            still @ State::Open { .. } => still,
        };
        if *state == open {
            self.shown.0.set(1.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = Duration::from_secs(2);

    fn opened(now: Instant) -> Breaker {
        let breaker = Breaker::new("echo", 3, PAUSE);
        for _ in 0..3 {
            breaker.admit(now).unwrap();
            breaker.failed(now);
        }
        breaker
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_not_before() {
        let now = Instant::now();
        let breaker = Breaker::new("echo", 3, PAUSE);
        for _ in 0..5 {
            breaker.failed(now);
            breaker.failed(now);
            breaker.succeeded();
        }
        assert_eq!(breaker.admit(now), Ok(()));
        assert_eq!(opened(now).admit(now), Err(Open { retry_after: PAUSE }));
    }

    #[test]
    fn one_request_probes_and_decides() {
        let now = Instant::now();
        let later = now + PAUSE;
        let breaker = opened(now);
        assert_eq!(breaker.admit(later), Ok(()));
        assert!(breaker.admit(later).is_err(), "only one probes");
        breaker.failed(later);
        assert!(breaker.admit(later).is_err());
        assert_eq!(breaker.admit(later + PAUSE), Ok(()));
        breaker.succeeded();
        assert_eq!(breaker.admit(later + PAUSE), Ok(()));
        assert_eq!(breaker.admit(later + PAUSE), Ok(()));
    }

    #[test]
    fn a_probe_that_never_reports_does_not_block_for_good() {
        let now = Instant::now();
        let breaker = opened(now);
        breaker.admit(now + PAUSE).unwrap();
        assert_eq!(breaker.admit(now + PAUSE + PAUSE), Ok(()));
    }
}
