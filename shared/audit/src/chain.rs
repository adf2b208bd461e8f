//! The hash chain: what is hashed, and in which form.
//!
//! Every writer has a chain of its own, so that copies of the gateway never wait for each other. A link covers the
//! writer, its number, the link before it and every field of the entry; each part is preceded by its length, so that
//! no two different links have the same bytes.

use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::entry::Entry;

/// A SHA-256 digest.
pub(crate) type Hash = [u8; 32];

/// What the first link of a chain points back to.
pub(crate) const START: Hash = [0; 32];

/// The end of a writer's chain at some time. Kept on another system, it proves truncation and rewriting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The writer.
    pub writer: String,
    /// The number of its last entry, counted from 1.
    pub seq: u64,
    /// The hash of its last entry, SHA-256.
    pub hash: [u8; 32],
}

/// An entry in its place in a chain.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) writer: String,
    pub(crate) seq: u64,
    pub(crate) recorded_at: DateTime<Utc>,
    pub(crate) previous: Hash,
    pub(crate) hash: Hash,
    pub(crate) entry: Arc<Entry>,
}

impl Link {
    pub(crate) fn new(head: &Checkpoint, recorded_at: DateTime<Utc>, entry: Arc<Entry>) -> Self {
        let mut link = Self {
            writer: head.writer.clone(),
            seq: head.seq + 1,
            recorded_at,
            previous: head.hash,
            hash: START,
            entry,
        };
        link.hash = link.computed();
        link
    }

    pub(crate) fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            writer: self.writer.clone(),
            seq: self.seq,
            hash: self.hash,
        }
    }

    /// The hash that this link must have.
    pub(crate) fn computed(&self) -> Hash {
        let Self {
            writer,
            seq,
            recorded_at,
            previous,
            hash: _,
            entry,
        } = self;
        let Entry {
            id,
            at,
            request_id,
            subject,
            caller_kind,
            caller,
            agency,
            post,
            purpose,
            case_number,
            service,
            action,
            fields,
            status,
            address,
        } = &**entry;
        let mut digest = Digest::new();
        digest.text(writer);
        digest.number(*seq);
        digest.instant(*recorded_at);
        digest.part(previous);
        digest.part(id.as_bytes());
        digest.instant(*at);
        digest.part(request_id.as_bytes());
        for text in [subject, caller_kind, caller] {
            digest.text(text);
        }
        for text in [agency, post, purpose, case_number] {
            digest.optional(text.as_deref());
        }
        digest.text(service);
        digest.text(action);
        digest.number(fields.len() as u64);
        for field in fields {
            digest.text(field);
        }
        digest.number(u64::from(*status));
        digest.optional(address.map(|address| address.to_string()).as_deref());
        digest.finish()
    }
}

struct Digest(Context);

impl Digest {
    fn new() -> Self {
        let mut context = Context::new(&SHA256);
        context.update(b"lifeboat-audit-1");
        Self(context)
    }

    fn part(&mut self, bytes: &[u8]) {
        self.0.update(&(bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    fn text(&mut self, text: &str) {
        self.part(text.as_bytes());
    }

    fn number(&mut self, number: u64) {
        self.part(&number.to_be_bytes());
    }

    fn instant(&mut self, instant: DateTime<Utc>) {
        self.part(&instant.timestamp_micros().to_be_bytes());
    }

    fn optional(&mut self, text: Option<&str>) {
        match text {
            Some(text) => {
                self.part(&[1]);
                self.text(text);
            }
            None => self.part(&[0]),
        }
    }

    fn finish(self) -> Hash {
        let mut hash = START;
        hash.copy_from_slice(self.0.finish().as_ref());
        hash
    }
}
