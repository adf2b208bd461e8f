//! Tokens and sessions that were revoked before they expired. The list is never trusted beyond its age: a gateway that
//! cannot read it refuses tokens rather than let a revoked one in.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use hyper::header::HeaderValue;
use serde::Deserialize;

use super::{Asker, Read};

const PATH: &str = "/internal/v1/revocations";

/// What identity answers.
#[derive(Debug, Deserialize)]
struct Listed {
    revoked: Vec<Revoked>,
}

#[derive(Debug, Deserialize)]
struct Revoked {
    kind: Kind,
    id: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Session,
    Token,
}

#[derive(Debug, Default)]
struct List {
    entries: Arc<Entries>,
    /// When the read began that brought it.
    current_at: Option<Instant>,
}

#[derive(Debug, Default)]
struct Entries {
    tokens: HashSet<String>,
    sessions: HashSet<String>,
    tag: Option<HeaderValue>,
}

/// The list as last read.
#[derive(Debug)]
pub(crate) struct Revocations {
    list: ArcSwap<List>,
    max_age: Duration,
}

/// Whether a token still stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is not on the list.
    Stands,
    /// It, or its session, is.
    Revoked,
    /// The list is too old to say.
    Unknown,
}

impl Revocations {
    pub(crate) fn new(max_age: Duration) -> Arc<Self> {
        Arc::new(Self {
            list: ArcSwap::default(),
            max_age,
        })
    }

    /// Whether the token `id` of `session` still stands.
    pub(crate) fn standing(&self, id: &str, session: Option<&str>, now: Instant) -> Standing {
        let list = self.list.load();
        if list
            .current_at
            .is_none_or(|at| now.saturating_duration_since(at) > self.max_age)
        {
            return Standing::Unknown;
        }
        if list.entries.tokens.contains(id)
            || session.is_some_and(|session| list.entries.sessions.contains(session))
        {
            return Standing::Revoked;
        }
        Standing::Stands
    }

    /// Whether it was ever read.
    pub(crate) fn is_known(&self) -> bool {
        self.list.load().current_at.is_some()
    }

    /// Reads again and again.
    pub(crate) async fn watch(self: Arc<Self>, asker: Asker, interval: Duration) {
        loop {
            let begun = Instant::now();
            let entries = self.list.load().entries.clone();
            match asker.read(PATH, entries.tag.as_ref()).await {
                Some(Read::Unchanged) => self.list.store(Arc::new(List {
                    entries,
                    current_at: Some(begun),
                })),
                Some(Read::Body(body, tag)) => self.take(&body, tag, begun),
                None => (),
            }
            let age = self
                .list
                .load()
                .current_at
                .map_or(f64::INFINITY, |at| at.elapsed().as_secs_f64());
            metrics::gauge!("lifeboat_gateway_revocations_age_seconds").set(age);
            tokio::time::sleep(interval.saturating_sub(begun.elapsed())).await;
        }
    }

    fn take(&self, body: &[u8], tag: Option<HeaderValue>, begun: Instant) {
        match serde_json::from_slice::<Listed>(body) {
            Ok(Listed { revoked }) => {
                let of = |kind| {
                    revoked
                        .iter()
                        .filter(move |entry| entry.kind == kind)
                        .map(|entry| entry.id.clone())
                };
                let entries = Entries {
                    tokens: of(Kind::Token).collect(),
                    sessions: of(Kind::Session).collect(),
                    tag,
                };
                self.list.store(Arc::new(List {
                    entries: Arc::new(entries),
                    current_at: Some(begun),
                }));
            }
            Err(error) => tracing::error!(%error, "identity's revocations cannot be read"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX_AGE: Duration = Duration::from_secs(5);

    #[test]
    fn tokens_and_their_sessions_are_revoked() {
        let revocations = Revocations::new(MAX_AGE);
        let now = Instant::now();
        let body = br#"{"version":"v","revoked":[{"kind":"token","id":"t1","expires":1},{"kind":"session","id":"s1","expires":1}]}"#;
        revocations.take(body, None, now);
        assert_eq!(revocations.standing("t1", None, now), Standing::Revoked);
        assert_eq!(
            revocations.standing("t2", Some("s1"), now),
            Standing::Revoked
        );
        assert_eq!(
            revocations.standing("t2", Some("s2"), now),
            Standing::Stands
        );
        assert_eq!(
            revocations.standing("s1", Some("t1"), now),
            Standing::Stands
        );
    }

    #[test]
    fn an_old_list_or_none_lets_nobody_in() {
        let revocations = Revocations::new(MAX_AGE);
        let now = Instant::now();
        assert_eq!(revocations.standing("t", None, now), Standing::Unknown);
        revocations.take(br#"{"revoked":[]}"#, None, now);
        assert_eq!(
            revocations.standing("t", None, now + MAX_AGE),
            Standing::Stands
        );
        assert_eq!(
            revocations.standing("t", None, now + MAX_AGE + Duration::from_millis(1)),
            Standing::Unknown
        );
        revocations.take(b"not json", None, now + MAX_AGE * 2);
        assert_eq!(
            revocations.standing("t", None, now + MAX_AGE * 2),
            Standing::Unknown
        );
    }
}
