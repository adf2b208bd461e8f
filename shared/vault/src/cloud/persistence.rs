//! How long something is tried again, and with which pauses.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::answer::Fault;

/// The first pause; each further one may be twice as long.
const FIRST: Duration = Duration::from_millis(200);

/// The longest pause.
const LONGEST: Duration = Duration::from_secs(5);

/// Tries again until nothing was gained for as long as patience lasts.
#[derive(Debug)]
pub(super) struct Persistence {
    patience: Duration,
    gained: Instant,
    pause: Duration,
}

impl Persistence {
    pub(super) fn new(patience: Duration) -> Self {
        Self {
            patience,
            gained: Instant::now(),
            pause: FIRST,
        }
    }

    /// Something was gained: patience begins anew.
    pub(super) fn gain(&mut self) {
        self.gained = Instant::now();
        self.pause = FIRST;
    }

    /// Waits before the next try.
    ///
    /// # Errors
    /// The fault itself when it will not pass or patience is over.
    pub(super) async fn endure(&mut self, fault: Fault) -> Result<(), Fault> {
        let left = self.patience.saturating_sub(self.gained.elapsed());
        if !fault.may_pass || left.is_zero() {
            return Err(fault);
        }
        // Between half of it and all of it, so that many clients do not come back at the same moment.
        let half = self.pause / 2;
        let jitter = half.mul_f64(fastrand::f64());
        let asked = fault.retry_after.unwrap_or_default();
        sleep((half + jitter).max(asked).min(left)).await;
        self.pause = (self.pause * 2).min(LONGEST);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::Persistence;
    use crate::cloud::Kind;
    use crate::cloud::answer::Fault;

    #[tokio::test(start_paused = true)]
    async fn it_tries_until_patience_is_over_and_begins_anew_after_a_gain() {
        let patience = Duration::from_secs(45);
        let mut persistence = Persistence::new(patience);
        let fault = || Fault::passing(Kind::Unreachable, "HTTP 503");
        let begun = Instant::now();
        let mut tries = 0;
        while persistence.endure(fault()).await.is_ok() {
            tries += 1;
        }
        assert_eq!(begun.elapsed().as_secs(), patience.as_secs());
        assert!((10..40).contains(&tries), "{tries} tries");
        persistence.gain();
        assert!(persistence.endure(fault()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn what_will_not_pass_is_not_tried_again() {
        let mut persistence = Persistence::new(Duration::from_secs(45));
        let begun = Instant::now();
        let refused = Fault::lasting(Kind::Refused, "HTTP 403");
        assert_eq!(persistence.endure(refused.clone()).await, Err(refused));
        assert!(begun.elapsed().is_zero());
    }
}
