//! What waits in the journal, measured now and then.

use std::time::Duration;

use runtime::clock::SharedClock;
use runtime::lifecycle::Drain;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::journal::{Journal, Unreachable};
use crate::tables::{application, parked};

/// Between two looks.
const EVERY: Duration = Duration::from_secs(15);

/// Shows, until `drain` begins, how many applications wait to be handed on, how long the oldest of them has, and how many messages
/// are parked.
pub async fn measure(journal: &Journal, clock: &SharedClock, drain: &Drain) {
    failures(0);
    loop {
        // A journal that does not answer has told the log; what was seen last stays.
        let _ = look(journal, clock).await;
        if !drain.sleep(EVERY).await {
            return;
        }
    }
}

async fn look(journal: &Journal, clock: &SharedClock) -> Result<(), Unreachable> {
    // Spelt out, because the index of those that wait is not found by a state that is a parameter.
    let waiting = application::Entity::find().filter(Expr::cust("state = 'received'"));
    let oldest: Option<i64> = waiting
        .clone()
        .order_by_asc(application::Column::Position)
        .select_only()
        .column(application::Column::FiledUs)
        .into_tuple()
        .one(&journal.db)
        .await?;
    let age = oldest.map_or(0, |filed| clock.now().timestamp_micros() - filed);
    let parked = parked::Entity::find().filter(parked::Column::PutBack.eq(false));
    show(
        "lifeboat_journal_waiting_applications",
        journal,
        as_f64(waiting.count(&journal.db).await?),
    );
    show(
        "lifeboat_journal_oldest_waiting_seconds",
        journal,
        as_f64(u64::try_from(age / 1_000_000).unwrap_or(0)),
    );
    show(
        "lifeboat_journal_parked_messages",
        journal,
        as_f64(parked.count(&journal.db).await?),
    );
    Ok(())
}

fn show(name: &'static str, journal: &Journal, value: f64) {
    metrics::gauge!(name, "capability" => journal.capability().to_owned()).set(value);
}

/// So many commits and reads more failed.
pub(crate) fn failures(more: u64) {
    metrics::counter!("lifeboat_journal_failures_total").increment(more);
}

/// So many applications more were filed with `capability`.
pub(crate) fn filed(capability: &str, applications: u64) {
    metrics::counter!("lifeboat_journal_filed_total", "capability" => capability.to_owned())
        .increment(applications);
}

/// So many applications more were handed on.
pub(crate) fn forwarded(capability: &str, applications: u64) {
    metrics::counter!("lifeboat_journal_forwarded_total", "capability" => capability.to_owned())
        .increment(applications);
}

fn as_f64(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}
