use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One look at one person's record, or one attempt at it.
///
/// Kinds and purposes are kept as the words they were at the time, so that a log of five years can be read whatever
/// kinds have come and gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// UUID version 7: its order is the order in which a person reads their log.
    pub id: Uuid,
    /// When, in UTC; kept to the microsecond.
    pub at: DateTime<Utc>,
    /// The request, as in every service's logs.
    pub request_id: Uuid,
    /// Whose record: the identifier as it was asked for, also when there is no such person.
    pub subject: String,
    /// `citizen`, `officer`, `service` …
    pub caller_kind: String,
    /// The caller's own identifier: national ID, client id, or name of a service.
    pub caller: String,
    /// The agency the caller works for.
    pub agency: Option<String>,
    /// The caller's post there.
    pub post: Option<String>,
    /// What it was said to be for (`family-tracing` …).
    pub purpose: Option<String>,
    /// The case it was said to be for.
    pub case_number: Option<String>,
    /// The service asked.
    pub service: String,
    /// The operation asked for.
    pub action: String,
    /// The fields that were shown; empty when none were.
    pub fields: Vec<String>,
    /// The HTTP status of the answer.
    pub status: u16,
    /// The client's network address as the gateway saw it.
    pub address: Option<IpAddr>,
}

/// Where a page of entries ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor(pub(crate) Uuid);

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.simple().fmt(f)
    }
}

/// The text is not a cursor that was given out here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor")]
pub struct NotACursor;

impl FromStr for Cursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let id = Uuid::try_parse(text).map_err(|_| NotACursor)?;
        let cursor = Self(id);
        // One spelling only: other spellings of a UUID were not given out here.
        if cursor.to_string() == text {
            Ok(cursor)
        } else {
            Err(NotACursor)
        }
    }
}

/// Some entries about one person, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The entries.
    pub entries: Vec<Entry>,
    /// Where the next page starts; `None` at the end.
    pub next: Option<Cursor>,
}
