//! Where applications are taken: the journal, the key of receipts, the time.

use std::sync::Arc;
use std::time::Duration;

use access::keys::SigningKey;
use actix_web::{HttpRequest, web};
use chrono::TimeDelta;
use journal::{Journal, Unreachable};
use runtime::clock::SharedClock;
use runtime::problem::{Kind, Problem};

/// A capability's desk.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) capability: &'static str,
    pub(crate) journal: Journal,
    pub(crate) key: Arc<SigningKey>,
    pub(crate) clock: SharedClock,
}

impl Desk {
    pub(super) fn of(request: &HttpRequest) -> Result<web::Data<Self>, Problem> {
        request
            .app_data::<web::Data<Self>>()
            .cloned()
            .ok_or_else(|| Problem::new(Kind::Internal))
    }
}

/// How long an attachment waits for its application.
const UNNAMED: TimeDelta = TimeDelta::days(1);

/// Forgets attachments that no application ever named, hour by hour.
pub(crate) async fn tidy(journal: Journal, clock: SharedClock) {
    let mut hours = tokio::time::interval(Duration::from_hours(1));
    loop {
        hours.tick().await;
        // What cannot be forgotten now is forgotten an hour later; the journal has told the log.
        let _ = journal.forget_unnamed(clock.now() - UNNAMED).await;
    }
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
