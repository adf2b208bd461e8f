//! The figures of one service's operations, looked up once on each thread that answers.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use actix_web::http::StatusCode;
use metrics::{Counter, Histogram, counter, histogram};

/// Counts answers and their durations by operation: method and route, never the path that was asked for.
pub(super) struct Measures {
    service: &'static str,
    operations: RefCell<HashMap<String, Operation>>,
}

struct Operation {
    answers: HashMap<StatusCode, Counter>,
    seconds: Histogram,
}

impl Measures {
    pub(super) fn new(service: &'static str) -> Self {
        Self {
            service,
            operations: RefCell::default(),
        }
    }

    pub(super) fn record(&self, operation: &str, status: StatusCode, took: Duration) {
        let mut operations = self.operations.borrow_mut();
        if let Some(known) = operations.get_mut(operation) {
            self.count(operation, known, status, took);
        } else {
            let mut new = self.operation(operation);
            self.count(operation, &mut new, status, took);
            operations.insert(operation.to_owned(), new);
        }
    }

    fn count(&self, name: &str, operation: &mut Operation, status: StatusCode, took: Duration) {
        operation
            .answers
            .entry(status)
            .or_insert_with(|| self.answers(name, status))
            .increment(1);
        operation.seconds.record(took.as_secs_f64());
    }

    fn operation(&self, operation: &str) -> Operation {
        let seconds = histogram!("lifeboat_request_seconds",
            "service" => self.service, "operation" => operation.to_owned());
        Operation {
            answers: HashMap::new(),
            seconds,
        }
    }

    fn answers(&self, operation: &str, status: StatusCode) -> Counter {
        counter!("lifeboat_requests_total", "service" => self.service,
            "operation" => operation.to_owned(), "status" => status.as_u16().to_string())
    }
}
