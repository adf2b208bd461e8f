//! Whether those who were asked still move. A thin line makes all clouds slow at once; to ask another one over the same line would only
//! make it thinner, and costs a whole piece. So one that stands still is given as long as that piece would take: no more is lost by
//! waiting than by asking.

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
        let paces: Vec<Pace> = self.pending.iter_mut().map(|one| one.pace(now)).collect();
        let wholes = paces.iter().filter_map(|pace| pace.whole);
        let quickest = wholes.chain(self.quickest).min_by(f64::total_cmp);
        // Nothing came from anybody: nothing is known of the line either.
        quickest.is_none_or(|quickest| paces.iter().any(|pace| pace.is_too_slow(quickest)))
    }
}

/// How one does.
#[derive(Debug)]
struct Pace {
    /// The seconds that its whole piece is likely to take; none if nothing came of it.
    whole: Option<f64>,
    /// The seconds until the rest came, if it goes on like this.
    left: f64,
    /// The seconds without a byte.
    still: f64,
}

impl Pace {
    /// Whether another, who does as the quickest of all, would be done long before.
    fn is_too_slow(&self, quickest: f64) -> bool {
        match self.whole {
            None => self.still > TIMES * quickest,
            Some(_) => self.left > TIMES * quickest || self.still >= STANDSTILL.max(quickest),
        }
    }
}

impl Pending<'_> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "bytes and seconds of an estimate need not be exact"
    )]
    fn pace(&mut self, now: Instant) -> Pace {
        let fetched = self.asked.cloud.traffic().fetched;
        if fetched > self.last {
            (self.last, self.moved) = (fetched, now);
        }
        // Others ask the same cloud; each has a share of what came.
        let came = (fetched - self.before) / u64::from(self.asked.pace.under_way().max(1));
        let still = (now - self.moved).as_secs_f64();
        let per_byte = (self.moved - self.since).as_secs_f64() / came as f64;
        Pace {
            whole: (came > 0).then_some(per_byte * self.length as f64),
            left: per_byte * self.length.saturating_sub(came) as f64,
            still,
        }
    }
}
