//! Whether those who were asked still move. A thin line makes all clouds slow at once; to ask another one over the same line would only
//! make it thinner, and costs a whole piece. So one that stands still is given as long as that piece would take: no more is lost by
//! waiting than by asking. And one that only moves slowly is not judged before a peer is done: on a line that loses segments, one may
//! have many times as much as another after the first seconds, and less after the next.

use tokio::time::Instant;

use super::Asked;

/// How long one that moved may stand still, however quick its peers are.
const STANDSTILL: f64 = 3.0;

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
        for one in &mut self.pending {
            one.look(now);
        }
        let wholes = self.pending.iter().filter_map(Pending::whole);
        let quickest = wholes.chain(self.quickest).min_by(f64::total_cmp);
        let mut pending = self.pending.iter();
        match quickest {
            // Nothing came from anybody: nothing is known of the line either, but for how long.
            None => pending.all(|one| one.still(now) >= STANDSTILL),
            Some(quickest) => {
                pending.any(|one| one.stands_still(quickest, now) || one.is_too_slow(self.quickest))
            }
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "bytes and seconds of an estimate need not be exact"
)]
impl Pending<'_> {
    fn look(&mut self, now: Instant) {
        let fetched = self.asked.cloud.traffic().fetched;
        if fetched > self.last {
            (self.last, self.moved) = (fetched, now);
        }
    }

    /// Its share of what came from its cloud, whom others ask too.
    fn came(&self) -> u64 {
        (self.last - self.before) / u64::from(self.asked.pace.under_way().max(1))
    }

    /// The seconds that a byte of it took while it moved; none if nothing came of it.
    fn per_byte(&self) -> Option<f64> {
        let came = self.came();
        (came > 0).then(|| (self.moved - self.since).as_secs_f64() / came as f64)
    }

    /// The seconds that all of it is likely to take.
    fn whole(&self) -> Option<f64> {
        Some(self.per_byte()? * self.length as f64)
    }

    /// The seconds for which nothing more has come from its cloud.
    fn still(&self, now: Instant) -> f64 {
        (now - self.moved).as_secs_f64()
    }

    /// Whether it has stood still for as long as another is likely to take for all of it.
    fn stands_still(&self, quickest: f64, now: Instant) -> bool {
        let still = self.still(now);
        if self.came() == 0 {
            still > TIMES * quickest
        } else {
            still >= STANDSTILL.max(quickest)
        }
    }

    /// Whether another, who does as the quickest of those that are done, would be done long before.
    fn is_too_slow(&self, quickest: Option<f64>) -> bool {
        let left = self.length.saturating_sub(self.came()) as f64;
        let slow = self.per_byte().zip(quickest);
        slow.is_some_and(|(per_byte, quickest)| per_byte * left > TIMES * quickest)
    }
}
