//! The outbox: what was filed goes to its [`Outlet`], in the order of filing, and only then counts as forwarded.
//!
//! An application and its place in the outbox are one row, so neither is ever there without the other. A relay that dies
//! between the confirmation and its own note hands the same messages on again: whoever consumes them drops
//! repetitions by their id.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use runtime::clock::SharedClock;
use runtime::lifecycle::Drain;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement, Value,
};
use serde_json::json;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use uuid::Uuid;

use crate::application::Application;
use crate::broker::Message;
use crate::journal::{Journal, Unreachable};
use crate::measures;
use crate::outlet::Outlet;
use crate::tables::application;

/// Applications handed on at once.
const BATCH: u64 = 256;

/// How long another copy of the service waits before it takes over from one that says nothing any more.
const LEASE: TimeDelta = TimeDelta::seconds(15);

/// How often the lease is renewed.
const RENEWED: Duration = Duration::from_secs(5);

/// How long a pause is when there was nothing to do, or no database.
const PAUSE: Duration = Duration::from_secs(1);

/// How long a service that ends waits for what it has handed over, and as long to say that it holds nothing any more.
const GRACE: Duration = Duration::from_secs(2);

const TAKE_LEASE: &str = "INSERT INTO lease (name, holder, until_us) VALUES ('relay', $1, $2)
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_us = excluded.until_us
    WHERE lease.holder = excluded.holder OR lease.until_us < $3";

const LET_GO: &str = "DELETE FROM lease WHERE name = 'relay' AND holder = $1";

/// Hands on what is filed until `drain` begins. Of several copies of a service one does at a time; when it ends, the next
/// one need not wait.
pub async fn relay(journal: Journal, outlet: Outlet, clock: SharedClock, drain: Drain) {
    let relay = Relay {
        holder: Uuid::now_v7(),
        journal,
        outlet,
        clock,
        held: Mutex::default(),
    };
    let cut_off = async {
        drain.begun().await;
        sleep(GRACE).await;
    };
    tokio::select! {
        () = relay.run(&drain) => (),
        () = cut_off => (),
    }
    // Where the database is away the lease runs out by itself.
    let _ = timeout(GRACE, relay.let_go()).await;
}

struct Relay {
    holder: Uuid,
    journal: Journal,
    outlet: Outlet,
    clock: SharedClock,
    /// Until when the lease is this copy's.
    held: Mutex<Option<DateTime<Utc>>>,
}

impl Relay {
    async fn run(&self, drain: &Drain) {
        if let Err(reason) = self.outlet.declare(self.journal.capability()).await {
            tracing::error!(%reason, "the broker takes no applications");
            return;
        }
        while !drain.has_begun() {
            let turn = self.turn().await;
            self.journal.answered(turn.is_ok());
            match turn {
                Ok(handed_on) if handed_on > 0 => (),
                Ok(_) => {
                    tokio::select! {
                        () = self.journal.filed() => (),
                        _ = drain.sleep(PAUSE) => (),
                    }
                }
                // The journal has told the log.
                Err(Unreachable) => {
                    drain.sleep(PAUSE).await;
                }
            }
        }
    }

    /// Hands on the next batch; how many there were.
    async fn turn(&self) -> Result<usize, Unreachable> {
        if !self.lease(self.clock.now()).await? {
            return Ok(0);
        }
        let waiting: Vec<Application> = application::Entity::find()
            // Spelt out, because the index of those that wait is not found by a state that is a parameter.
            .filter(Expr::cust("state = 'received'"))
            .order_by_asc(application::Column::Position)
            .limit(BATCH)
            .all(&self.journal.db)
            .await?
            .into_iter()
            .map(Application::from)
            .collect();
        if waiting.is_empty() {
            return Ok(0);
        }
        let messages: Vec<Message> = waiting.iter().map(|one| self.message(one)).collect();
        let confirmed = match self.published(&messages).await {
            Ok(()) => messages.len(),
            Err(unconfirmed) => {
                tracing::warn!(reason = %unconfirmed.reason, "an application was refused");
                unconfirmed.confirmed
            }
        };
        let ids: Vec<Uuid> = waiting[..confirmed].iter().map(|one| one.id).collect();
        self.journal.forwarded(&ids, self.clock.now()).await?;
        measures::forwarded(self.journal.capability(), confirmed as u64);
        Ok(confirmed)
    }

    /// Hands over, however long that takes, and holds the lease meanwhile.
    async fn published(&self, messages: &[Message]) -> Result<(), crate::broker::Unconfirmed> {
        let mut renewal = interval(RENEWED);
        renewal.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let publishing = self.outlet.publish_all(messages);
        tokio::pin!(publishing);
        loop {
            tokio::select! {
                outcome = &mut publishing => return outcome,
                _ = renewal.tick() => {
                    // Where it cannot be renewed another copy takes over: messages come twice then, and are dropped once.
                    let renewed = self.lease(self.clock.now()).await;
                    self.journal.answered(renewed.is_ok());
                }
            }
        }
    }

    fn message(&self, application: &Application) -> Message {
        let body = json!({
            "application_id": application.id,
            "capability": self.journal.capability(),
            "kind": application.kind,
            "position": application.position,
            "person_id": application.person_id,
            "filed_at": application.filed_at,
            "form": application.form,
            "finding": application.finding,
            "receipt": application.receipt,
        });
        Message {
            id: application.id,
            capability: self.journal.capability().to_owned(),
            kind: application.kind.clone(),
            position: application.position,
            body: body.to_string().into_bytes(),
        }
    }

    /// Takes the lease, or renews it when it is time to; whether this copy holds it now.
    async fn lease(&self, now: DateTime<Utc>) -> Result<bool, Unreachable> {
        let held = *self.held();
        if held.is_some_and(|until| now + LEASE < until + RENEWED) {
            return Ok(true);
        }
        let until = now + LEASE;
        let values = [
            self.holder.into(),
            until.timestamp_micros().into(),
            now.timestamp_micros().into(),
        ];
        let taken = self.execute(TAKE_LEASE, values).await? > 0;
        *self.held() = taken.then_some(until);
        Ok(taken)
    }

    /// Gives the lease back.
    async fn let_go(&self) -> Result<(), Unreachable> {
        self.execute(LET_GO, [self.holder.into()]).await.map(|_| ())
    }

    /// How many rows it changed.
    async fn execute(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<u64, Unreachable> {
        let backend = self.journal.db.get_database_backend();
        let sql = match backend {
            DbBackend::Postgres => sql.to_owned(),
            _ => sql.replace('$', "?"),
        };
        let statement = Statement::from_sql_and_values(backend, sql, values);
        Ok(self
            .journal
            .db
            .execute_raw(statement)
            .await?
            .rows_affected())
    }

    fn held(&self) -> MutexGuard<'_, Option<DateTime<Utc>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
