//! An operation's figures, looked up once.

use std::fmt;
use std::time::Duration;

use metrics::{Counter, Histogram, counter, histogram};

/// Counts answers by the first digit of their status, and their durations.
pub(crate) struct Measures {
    answers: [Counter; 5],
    seconds: Histogram,
}

impl fmt::Debug for Measures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Measures")
    }
}

impl Measures {
    pub(crate) fn new(service: &str, action: &str) -> Self {
        let answers = ["1xx", "2xx", "3xx", "4xx", "5xx"].map(|status| {
            counter!("lifeboat_gateway_requests_total",
                "service" => service.to_string(), "action" => action.to_owned(), "status" => status)
        });
        let seconds = histogram!("lifeboat_gateway_request_seconds",
            "service" => service.to_string(), "action" => action.to_owned());
        Self { answers, seconds }
    }

    pub(crate) fn record(&self, status: u16, took: Duration) {
        if let Some(counter) = self.answers.get(usize::from(status / 100).wrapping_sub(1)) {
            counter.increment(1);
        }
        self.seconds.record(took.as_secs_f64());
    }
}
