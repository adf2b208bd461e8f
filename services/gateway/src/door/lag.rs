//! How far a worker is behind its requests. A worker that has more to do than it can do in time answers late whoever it
//! answers; one that turns some away at once answers the others in time.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use actix_web::rt;

/// Between looks.
const TICK: Duration = Duration::from_millis(10);

/// One worker's.
#[derive(Clone, Debug)]
pub(crate) struct Lag(Rc<Worker>);

#[derive(Debug)]
struct Worker {
    marks: Cell<Marks>,
    under_way: Cell<usize>,
    /// More is late.
    behind: Duration,
    /// So many requests are a worker's usual work, however late they are: then it is the machine that is slow.
    crowd: usize,
}

/// A task that waits its turn among the requests, and what it found the last time.
#[derive(Clone, Copy, Debug)]
struct Marks {
    due: Instant,
    late: Duration,
}

/// A request under way, until dropped.
#[derive(Debug)]
pub(crate) struct UnderWay(Rc<Worker>);

impl Lag {
    /// Watches the worker on whose thread this is called, for as long as somebody asks.
    pub(crate) fn watch(behind: Duration, crowd: usize) -> Self {
        let marks = Marks {
            due: Instant::now() + TICK,
            late: Duration::ZERO,
        };
        let worker = Rc::new(Worker {
            marks: Cell::new(marks),
            under_way: Cell::default(),
            behind,
            crowd,
        });
        let watched = Rc::downgrade(&worker);
        rt::spawn(async move {
            loop {
                rt::time::sleep(TICK).await;
                let Some(worker) = watched.upgrade() else {
                    return;
                };
                let now = Instant::now();
                worker.marks.set(worker.marks.get().seen(now));
            }
        });
        Self(worker)
    }

    /// Counts a request, or says that the worker is too far behind to take it.
    pub(crate) fn enter(&self) -> Option<UnderWay> {
        let worker = &self.0;
        let late = worker.marks.get().late_at(Instant::now());
        if late > worker.behind && worker.under_way.get() >= worker.crowd {
            return None;
        }
        worker.under_way.set(worker.under_way.get() + 1);
        Some(UnderWay(worker.clone()))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.set(self.0.under_way.get() - 1);
    }
}

impl Marks {
    /// The task had its turn now.
    fn seen(self, now: Instant) -> Self {
        Self {
            due: now + TICK,
            late: now.saturating_duration_since(self.due),
        }
    }

    /// How long a request that came last has waited, as far as can be told: what the task waited the last time, or what it
    /// waits by now.
    fn late_at(self, now: Instant) -> Duration {
        self.late.max(now.saturating_duration_since(self.due))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_is_late_from_the_missed_turn_to_the_first_one_in_time() {
        let start = Instant::now();
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        let marks = Marks {
            due: at(10),
            late: Duration::ZERO,
        };
        assert_eq!(marks.late_at(at(5)), Duration::ZERO);
        assert_eq!(marks.late_at(at(210)), Duration::from_millis(200));
        let late = marks.seen(at(310));
        assert_eq!(late.late_at(at(311)), Duration::from_millis(300));
        let again = late.seen(at(321));
        assert_eq!(again.late_at(at(322)), Duration::from_millis(1));
    }

    /// Whether the worker is in time by and by, so that it takes one more.
    async fn is_in_time(lag: &Lag) -> bool {
        for _ in 0..1_000 {
            if lag.enter().is_some() {
                return true;
            }
            rt::time::sleep(TICK).await;
        }
        false
    }

    #[actix_web::test]
    async fn a_crowd_is_turned_away_while_the_worker_is_late_and_a_few_are_not() {
        let lag = Lag::watch(Duration::from_millis(500), 2);
        let first = lag.enter().unwrap();
        let _second = lag.enter().unwrap();
        assert!(is_in_time(&lag).await, "in time, everybody is taken");
        // As a worker does that has much to compute.
        std::thread::sleep(Duration::from_millis(600));
        assert!(lag.enter().is_none());
        drop(first);
        assert!(lag.enter().is_some(), "a few are taken however late");
        let _third = lag.enter().unwrap();
        assert!(is_in_time(&lag).await, "it has caught up");
    }
}
