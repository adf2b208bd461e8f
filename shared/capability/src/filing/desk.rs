//! Where applications are taken: the journal, the key of receipts, the time.

use std::sync::{Arc, OnceLock};

use access::keys::SigningKey;
use actix_web::{HttpRequest, web};
use journal::{Journal, OpenError, Unreachable};
use runtime::clock::SharedClock;
use runtime::problem::{Kind, Problem};

/// A capability's desk. It stands before its journal is open.
pub(crate) struct Desk {
    pub(crate) capability: &'static str,
    /// Empty until it is open.
    journal: OnceLock<Journal>,
    pub(crate) key: Arc<SigningKey>,
    pub(crate) clock: SharedClock,
}

impl Desk {
    pub(super) fn new(capability: &'static str, key: Arc<SigningKey>, clock: SharedClock) -> Self {
        Self {
            capability,
            journal: OnceLock::new(),
            key,
            clock,
        }
    }

    /// The journal, or 503 while it is not open.
    pub(super) fn journal(&self) -> Result<&Journal, Problem> {
        self.journal.get().ok_or_else(unreachable)
    }

    /// Whether something can be filed.
    pub(crate) fn is_open(&self) -> bool {
        self.journal.get().is_some_and(Journal::answers)
    }

    /// Opens the journal, for everybody who asks from now on.
    pub(super) async fn open(&self, url: &str) -> Result<&Journal, NotOpened> {
        let journal = Journal::open(url, self.capability).await?;
        journal
            .enrol_key(self.key.kid(), &self.key.public_jwk())
            .await?;
        Ok(self.journal.get_or_init(|| journal))
    }

    pub(super) fn of(request: &HttpRequest) -> Result<web::Data<Self>, Problem> {
        request
            .app_data::<web::Data<Self>>()
            .cloned()
            .ok_or_else(|| Problem::new(Kind::Internal))
    }
}

/// Why a journal is not open.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotOpened {
    #[error(transparent)]
    Database(#[from] OpenError),
    #[error(transparent)]
    Unreachable(#[from] Unreachable),
}

/// The journal does not answer.
pub(super) fn unreachable() -> Problem {
    Problem::new(Kind::Unavailable)
        .detail(
            "Applications cannot be taken or shown right now. Send the same request again, with the same Idempotency-Key.",
            "目前無法受理或查詢案件，請以相同的 Idempotency-Key 重新送出。",
        )
        .retry_after(2)
}

/// 503 for a journal that does not answer.
pub(super) trait OrUnreachable<T> {
    fn or_unreachable(self) -> Result<T, Problem>;
}

impl<T> OrUnreachable<T> for Result<T, Unreachable> {
    fn or_unreachable(self) -> Result<T, Problem> {
        self.map_err(|Unreachable| unreachable())
    }
}
