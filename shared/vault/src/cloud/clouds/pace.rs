//! How fast a cloud is just now.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How much of the average the newest answer makes up.
const NEWEST: f64 = 0.25;

/// How long a cloud that failed as a whole is left alone, where others are enough.
const PAUSE: Duration = Duration::from_mins(1);

/// In how much time an old average counts half, so that a cloud that was slow is tried again some day.
const HALF_LIFE: Duration = Duration::from_mins(1);

/// A moving average of the seconds that an answer takes.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    average: Option<(f64, Instant)>,
    failed: Option<Instant>,
    under_way: u32,
}

/// Counts a request as long as it is under way.
#[derive(Debug)]
pub(super) struct UnderWay<'a>(&'a Pace);

impl Pace {
    /// How long an answer is likely to take; none if nothing is known.
    pub(super) fn expected(&self) -> Option<Duration> {
        self.with(|state| state.seconds(Instant::now()).map(Duration::from_secs_f64))
    }

    /// What to order clouds by: whether it failed lately, then the seconds until a further answer.
    pub(super) fn rank(&self) -> (bool, f64) {
        self.with(|state| {
            let now = Instant::now();
            let failed = state.failed.is_some_and(|at| now - at < PAUSE);
            let queue = 1.0 + f64::from(state.under_way) / 4.0;
            (failed, state.seconds(now).unwrap_or(0.0) * queue)
        })
    }

    pub(super) fn begin(&self) -> UnderWay<'_> {
        self.with(|state| state.under_way += 1);
        UnderWay(self)
    }

    /// How many requests it is busy with.
    pub(super) fn under_way(&self) -> u32 {
        self.with(|state| state.under_way)
    }

    /// It answered in this time.
    pub(super) fn answered(&self, took: Duration) {
        self.with(|state| {
            state.failed = None;
            state.learn(took.as_secs_f64());
        });
    }

    /// It was overtaken after this time: it takes at least as long.
    pub(super) fn overtaken(&self, after: Duration) {
        self.with(|state| {
            let seconds = after.as_secs_f64();
            if state
                .seconds(Instant::now())
                .is_none_or(|average| average < seconds)
            {
                state.learn(seconds);
            }
        });
    }

    /// It failed as a whole, not only for one object.
    pub(super) fn failed(&self) {
        self.with(|state| state.failed = Some(Instant::now()));
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.with(|state| state.under_way -= 1);
    }
}

impl State {
    fn seconds(&self, now: Instant) -> Option<f64> {
        self.average.map(|(seconds, at)| {
            let age = (now - at).as_secs_f64() / HALF_LIFE.as_secs_f64();
            seconds * 0.5_f64.powf(age)
        })
    }

    fn learn(&mut self, seconds: f64) {
        let now = Instant::now();
        let average = self.seconds(now).map_or(seconds, |average| {
            average.mul_add(1.0 - NEWEST, seconds * NEWEST)
        });
        self.average = Some((average, now));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Pace;

    #[tokio::test(start_paused = true)]
    async fn a_cloud_that_failed_is_tried_again_after_a_pause() {
        let pace = Pace::default();
        pace.failed();
        assert!(pace.rank().0);
        tokio::time::advance(Duration::from_secs(61)).await;
        assert!(!pace.rank().0);
    }

    #[tokio::test(start_paused = true)]
    async fn slowness_is_forgotten_by_and_by() {
        let (slow, quick) = (Pace::default(), Pace::default());
        slow.answered(Duration::from_secs(8));
        quick.answered(Duration::from_secs(3));
        assert!(slow.rank() > quick.rank());
        tokio::time::advance(Duration::from_mins(4)).await;
        quick.answered(Duration::from_secs(3));
        assert!(slow.rank() < quick.rank());
    }

    #[tokio::test(start_paused = true)]
    async fn a_busy_cloud_ranks_behind_an_idle_one() {
        let (busy, idle) = (Pace::default(), Pace::default());
        busy.answered(Duration::from_secs(1));
        idle.answered(Duration::from_secs(1));
        let under_way = busy.begin();
        assert!(busy.rank() > idle.rank());
        drop(under_way);
        assert_eq!(busy.rank(), idle.rank());
    }
}
