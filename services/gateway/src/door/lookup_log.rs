//! Who looked at whom: one entry for each person that an answer is about, durable before the first byte of it leaves.

use std::net::IpAddr;
use std::time::Duration;

use access::caller::Caller;
use audit::{AuditLog, Entry};
use hyper::header::HeaderMap;
use runtime::clock::SharedClock;
use runtime::problem::{Kind, Problem};
use trace::Span;
use uuid::Uuid;

use crate::catalogue::{Operation, PathValues};
use crate::forward::headers::SUBJECTS;

/// Persons that one answer may be about: a page.
const MOST_SUBJECTS: usize = 100;
const LONGEST_SUBJECT: usize = 64;

/// Writes the entries.
#[derive(Clone, Debug)]
pub(crate) struct LookupLog {
    log: AuditLog,
    deadline: Duration,
    clock: SharedClock,
}

/// A lookup that was tried or answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lookup<'a> {
    pub(crate) request_id: Uuid,
    pub(crate) operation: &'a Operation,
    pub(crate) caller: &'a Caller,
    pub(crate) status: u16,
}

/// The service's list of persons cannot be read, so the answer cannot be logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

impl LookupLog {
    pub(crate) fn new(log: AuditLog, deadline: Duration, clock: SharedClock) -> Self {
        count_unlogged(0);
        Self {
            log,
            deadline,
            clock,
        }
    }

    /// Whether the log has been opened.
    pub(crate) fn is_open(&self) -> bool {
        self.log.is_open()
    }

    /// Writes that `lookup` was about `subjects`. When this fails, nothing of the answer may leave.
    pub(crate) async fn write(
        &self,
        lookup: Lookup<'_>,
        subjects: Vec<String>,
    ) -> Result<(), Problem> {
        if subjects.is_empty() {
            return Ok(());
        }
        let entries = subjects
            .into_iter()
            .map(|subject| self.entry(lookup, subject))
            .collect();
        let mut span = Span::child(trace::Kind::Internal, "log lookup");
        let written = self.log.append_within(entries, self.deadline);
        if span.within(written).await.is_ok() {
            return Ok(());
        }
        span.fail("unwritten");
        Err(unlogged(lookup.request_id))
    }

    fn entry(&self, lookup: Lookup<'_>, subject: String) -> Entry {
        let Lookup {
            request_id,
            operation,
            caller,
            status,
        } = lookup;
        let shown = (200..300).contains(&status) || status == 304;
        let address: Option<IpAddr> = caller.address;
        Entry {
            id: Uuid::now_v7(),
            at: self.clock.now(),
            request_id,
            subject,
            caller_kind: caller.kind.as_str().to_owned(),
            caller: caller.subject.clone(),
            agency: caller.agency.clone(),
            post: caller.post.clone(),
            purpose: caller.purpose.map(|purpose| purpose.as_str().to_owned()),
            case_number: caller
                .case_number
                .as_ref()
                .map(|number| number.as_str().to_owned()),
            service: operation.service.to_string(),
            action: operation.id.clone(),
            fields: if shown {
                operation.fields.clone()
            } else {
                Vec::new()
            },
            status,
            address,
        }
    }
}

/// The answer cannot be logged and is kept back.
pub(crate) fn unlogged(request_id: Uuid) -> Problem {
    count_unlogged(1);
    tracing::error!(%request_id, "an answer was kept back: its lookup could not be logged");
    Problem::new(Kind::Unavailable)
        .detail(
            "Lookups cannot be logged right now, so none are answered.",
            "查詢紀錄暫時無法寫入，故不提供查詢。",
        )
        .retry_after(5)
}

fn count_unlogged(answers: u64) {
    metrics::counter!("lifeboat_gateway_unlogged_total").increment(answers);
}

/// The persons a service's answer is about.
pub(crate) fn subjects(answer: &HeaderMap) -> Result<Vec<String>, Unreadable> {
    let mut subjects = Vec::new();
    for list in answer.get_all(SUBJECTS) {
        let list = list.to_str().map_err(|_| Unreadable)?;
        for subject in list
            .split(',')
            .map(str::trim)
            .filter(|subject| !subject.is_empty())
        {
            if subject.len() > LONGEST_SUBJECT || subjects.len() == MOST_SUBJECTS {
                return Err(Unreadable);
            }
            if !subjects.iter().any(|known| known == subject) {
                subjects.push(subject.to_owned());
            }
        }
    }
    Ok(subjects)
}

/// The person that the path names, where it plainly names one.
pub(crate) fn subject_of_path(operation: &Operation, values: &PathValues) -> Option<String> {
    let value = values.get(operation.subject_parameter.as_deref()?)?;
    let plain =
        (1..=20).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_alphanumeric());
    plain.then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    fn read(values: &[&str]) -> Result<Vec<String>, Unreadable> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(SUBJECTS, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        subjects(&headers)
    }

    #[test]
    fn each_person_is_named_once() {
        assert_eq!(read(&[]).unwrap(), Vec::<String>::new());
        assert_eq!(read(&["A1, B2,,A1", "C3"]).unwrap(), ["A1", "B2", "C3"]);
    }

    #[test]
    fn more_than_a_page_or_nonsense_cannot_be_logged() {
        let many: Vec<String> = (0..101).map(|number| format!("A{number}")).collect();
        assert_eq!(read(&[&many.join(",")]), Err(Unreadable));
        assert_eq!(read(&[&"A".repeat(65)]), Err(Unreadable));
        assert_eq!(read(&["王"]), Err(Unreadable));
    }
}
