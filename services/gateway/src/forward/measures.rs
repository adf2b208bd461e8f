//! A service's figures as the gateway sees it, looked up once.

use std::fmt;
use std::time::Duration;

use metrics::{Histogram, counter, histogram};

/// How long a service takes to answer, and why it did not.
pub(crate) struct Measures {
    service: String,
    seconds: Histogram,
}

impl fmt::Debug for Measures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Measures")
    }
}

impl Measures {
    pub(crate) fn new(service: &str) -> Self {
        let measures = Self {
            service: service.to_owned(),
            seconds: histogram!("lifeboat_gateway_upstream_seconds", "service" => service.to_owned()),
        };
        for reason in super::send::REASONS {
            measures.count(reason, 0);
        }
        measures
    }

    /// It answered.
    pub(crate) fn answered(&self, took: Duration) {
        self.seconds.record(took.as_secs_f64());
    }

    /// It gave no answer that could be passed on.
    pub(crate) fn failed(&self, reason: &'static str) {
        self.count(reason, 1);
    }

    fn count(&self, reason: &'static str, calls: u64) {
        counter!("lifeboat_gateway_upstream_failures_total", "service" => self.service.clone(), "reason" => reason)
            .increment(calls);
    }
}
