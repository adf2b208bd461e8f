//! What came back.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::exchange::Answer;

/// Counts and times of a run.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// How many answers with each status.
    pub statuses: BTreeMap<u16, u64>,
    /// Requests that got no whole answer.
    pub broken: u64,
    /// From the first request to the last answer.
    pub seconds: f64,
    /// Refusals for want of room (429, 503) that do not say when to come back.
    pub unexplained: u64,
    good: Vec<u32>,
    others: Vec<u32>,
}

impl Tally {
    pub(super) fn answered(&mut self, answer: Answer, after: Duration) {
        *self.statuses.entry(answer.status).or_default() += 1;
        if matches!(answer.status, 429 | 503) && !answer.says_when {
            self.unexplained += 1;
        }
        let took = after.as_micros().try_into().unwrap_or(u32::MAX);
        if (200..300).contains(&answer.status) {
            self.good.push(took);
        } else {
            self.others.push(took);
        }
    }

    /// Something that ended well, after so long.
    pub fn succeeded(&mut self, after: Duration) {
        let answer = Answer {
            status: 200,
            ..Answer::default()
        };
        self.answered(answer, after);
    }

    pub(super) fn add(&mut self, other: Self) {
        for (status, count) in other.statuses {
            *self.statuses.entry(status).or_default() += count;
        }
        self.broken += other.broken;
        self.unexplained += other.unexplained;
        self.good.extend(other.good);
        self.others.extend(other.others);
    }

    /// All answers, whatever their status.
    #[must_use]
    pub fn answered_in_all(&self) -> u64 {
        self.statuses.values().sum()
    }

    /// How many were answered with success.
    #[must_use]
    pub fn good(&self) -> usize {
        self.good.len()
    }

    /// The time within which this share of the answers came (0.99: the 99th percentile).
    #[must_use]
    pub fn percentile(&self, share: f64) -> Duration {
        rank([&self.good[..], &self.others].concat(), share)
    }

    /// The same of those with success.
    #[must_use]
    pub fn percentile_of_good(&self, share: f64) -> Duration {
        rank(self.good.clone(), share)
    }

    /// As the bench reads it.
    #[must_use]
    pub fn json(&self) -> Value {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a rate is not told to the last request"
        )]
        let rate = self.answered_in_all() as f64 / self.seconds;
        json!({
            "requests": self.answered_in_all(),
            "broken": self.broken,
            "statuses": self.statuses.iter().map(|(status, count)| (status.to_string(), *count)).collect::<BTreeMap<_, _>>(),
            "seconds": self.seconds,
            "requests_per_second": rate,
            "p50_ms": self.percentile(0.5).as_secs_f64() * 1000.0,
            "p99_ms": self.percentile(0.99).as_secs_f64() * 1000.0,
            "good": self.good(),
            "good_p99_ms": self.percentile_of_good(0.99).as_secs_f64() * 1000.0,
            "unexplained": self.unexplained,
        })
    }
}

fn rank(mut sorted: Vec<u32>, share: f64) -> Duration {
    sorted.sort_unstable();
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a length is within the length"
    )]
    let rank = (sorted.len() as f64 * share) as usize;
    let value = sorted
        .get(rank.min(sorted.len().saturating_sub(1)))
        .copied();
    Duration::from_micros(value.unwrap_or_default().into())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Answer, Tally};

    #[test]
    fn percentiles_are_of_all_answers() {
        let mut tally = Tally::default();
        let answer = |status| Answer {
            status,
            ..Answer::default()
        };
        for milliseconds in (1..=100).rev() {
            let status = if milliseconds > 50 { 503 } else { 200 };
            tally.answered(answer(status), Duration::from_millis(milliseconds));
        }
        assert_eq!(tally.percentile_of_good(0.99), Duration::from_millis(50));
        assert_eq!((tally.good(), tally.unexplained), (50, 50));
        assert_eq!(tally.percentile(0.5), Duration::from_millis(51));
        assert_eq!(tally.percentile(0.99), Duration::from_millis(100));
        assert_eq!(Tally::default().percentile(0.5), Duration::ZERO);
    }
}
