//! How much is under way: requests worked on, and bytes of bodies held. Beyond the bounds, requests are shed at once
//! rather than queued.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use metrics::{Counter, counter};

/// Something that is counted and bounded. Clones count together.
#[derive(Clone, Debug)]
pub(crate) struct Budget(Arc<Inner>);

struct Inner {
    used: AtomicUsize,
    most: usize,
    shed: Counter,
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} of {}", self.used, self.most)
    }
}

/// A part of a budget, given back when dropped.
#[derive(Debug)]
pub(crate) struct Share {
    budget: Budget,
    amount: usize,
}

/// The budget is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exhausted;

impl Budget {
    /// A budget of `most`; requests that are shed for want of it are counted under `reason`.
    pub(crate) fn new(reason: &'static str, most: usize) -> Self {
        Self(Arc::new(Inner {
            used: AtomicUsize::new(0),
            most,
            shed: shed(reason),
        }))
    }

    /// Takes `amount`.
    pub(crate) fn take(&self, amount: usize) -> Result<Share, Exhausted> {
        let mut share = Share {
            budget: self.clone(),
            amount: 0,
        };
        share.grow(amount)?;
        Ok(share)
    }

    #[cfg(test)]
    fn used(&self) -> usize {
        self.0.used.load(Ordering::Relaxed)
    }
}

impl Share {
    /// Takes `more` on top.
    pub(crate) fn grow(&mut self, more: usize) -> Result<(), Exhausted> {
        let inner = &self.budget.0;
        let before = inner.used.fetch_add(more, Ordering::Relaxed);
        if before.saturating_add(more) > inner.most {
            inner.used.fetch_sub(more, Ordering::Relaxed);
            inner.shed.increment(1);
            return Err(Exhausted);
        }
        self.amount += more;
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.budget.0.used.fetch_sub(self.amount, Ordering::Relaxed);
    }
}

/// Requests that were shed.
pub(super) fn shed(reason: &'static str) -> Counter {
    counter!("lifeboat_gateway_shed_total", "reason" => reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_comes_back_and_the_bound_holds() {
        let budget = Budget::new("test", 10);
        let mut first = budget.take(4).unwrap();
        first.grow(4).unwrap();
        assert_eq!(first.grow(3), Err(Exhausted));
        assert!(budget.take(3).is_err());
        let second = budget.take(2).unwrap();
        assert_eq!(budget.used(), 10);
        drop(first);
        drop(second);
        assert_eq!(budget.used(), 0);
    }
}
