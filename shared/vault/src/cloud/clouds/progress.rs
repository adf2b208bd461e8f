//! Whether those who were asked still move. A thin line makes all clouds slow at once; to ask another one over the same line would only
//! make it thinner.

use std::time::Duration;

use tokio::time::Instant;

use super::Asked;

/// After how long without a byte one counts as stuck that had moved before.
const STUCK: Duration = Duration::from_secs(3);

/// How many times longer than its quickest peer one may take.
const TIMES: f64 = 3.0;

/// One that has not answered yet.
#[derive(Debug)]
struct Pending<'a> {
    index: usize,
    asked: &'a Asked,
    length: u64,
    since: Instant,
    /// What had come from its cloud when it was asked, and when it was looked at last.
    before: u64,
    last: u64,
    moved: Instant,
}

/// How those who were asked do.
#[derive(Debug, Default)]
pub(super) struct Progress<'a> {
    pending: Vec<Pending<'a>>,
    /// The seconds that the quickest of those took who have answered.
    quickest: Option<f64>,
}

impl<'a> Progress<'a> {
    /// One is asked.
    pub(super) fn begin(&mut self, index: usize, asked: &'a Asked, length: u64) {
        let (now, fetched) = (Instant::now(), asked.cloud.traffic().fetched);
        self.pending.push(Pending {
            index,
            asked,
            length,
            since: now,
            before: fetched,
            last: fetched,
            moved: now,
        });
    }

    /// One has answered, well or not.
    pub(super) fn end(&mut self, index: usize, is_good: bool) {
        let Some(at) = self.pending.iter().position(|one| one.index == index) else {
            return;
        };
        let took = self.pending.swap_remove(at).since.elapsed().as_secs_f64();
        if is_good {
            self.quickest = Some(self.quickest.map_or(took, |quickest| quickest.min(took)));
        }
    }

    /// Whether one of them gives so little that it is worth the bytes to ask another.
    pub(super) fn is_another_worth_it(&mut self) -> bool {
        let now = Instant::now();
        let left: Vec<Option<f64>> = self.pending.iter_mut().map(|one| one.left(now)).collect();
        let whole = self.pending.iter().zip(&left);
        let whole =
            whole.filter_map(|(one, left)| Some((now - one.since).as_secs_f64() + (*left)?));
        let quickest = whole.chain(self.quickest).min_by(f64::total_cmp);
        left.iter().any(|left| match (left, quickest) {
            (Some(left), Some(quickest)) => *left > TIMES * quickest,
            _ => true,
        })
    }
}

impl Pending<'_> {
    /// The seconds that it is likely to take from now on; none if it does not move.
    #[expect(
        clippy::cast_precision_loss,
        reason = "bytes and seconds of an estimate need not be exact"
    )]
    fn left(&mut self, now: Instant) -> Option<f64> {
        let fetched = self.asked.cloud.traffic().fetched;
        if fetched > self.last {
            (self.last, self.moved) = (fetched, now);
        }
        // Others ask the same cloud; each has a share of what came.
        let came = (fetched - self.before) / u64::from(self.asked.pace.under_way().max(1));
        if came == 0 || now - self.moved >= STUCK {
            return None;
        }
        let seconds = (now - self.since).as_secs_f64();
        Some(seconds * self.length.saturating_sub(came) as f64 / came as f64)
    }
}
