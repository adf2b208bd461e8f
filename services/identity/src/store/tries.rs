//! Wrong tries at the facts of a person: five lock this way of signing in for a day, and no other way.
//!
//! A try is counted before the facts are checked and given back when it was right, so that guesses sent in parallel are
//! counted like guesses sent one after another. A locked person's tries are not counted: strangers cannot draw the lock
//! out, only set it again on the next day.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, Statement, Value};

use super::{Store, StoreFault, micros};

/// Wrong tries until the lock.
pub(crate) const TRIES: i32 = 5;

/// How long the lock holds, and after how long without a try the wrong ones are forgotten.
const HOLDS: TimeDelta = TimeDelta::days(1);

/// The row is touched only where another try is allowed; otherwise nothing is returned.
const COUNT: &str = "
INSERT INTO facts_try (person, tries, last_us) VALUES ($1, 1, $2)
ON CONFLICT (person) DO UPDATE SET
    tries = CASE WHEN facts_try.last_us <= $3 THEN 1 ELSE facts_try.tries + 1 END,
    last_us = excluded.last_us
WHERE facts_try.tries < $4 OR facts_try.last_us <= $3
RETURNING tries";

const GIVE_BACK: &str = "UPDATE facts_try SET tries = tries - 1 WHERE person = $1 AND tries > 0";

const CLEAR: &str = "DELETE FROM facts_try WHERE person = $1";

const FORGET: &str = "DELETE FROM facts_try WHERE last_us <= $1";

/// Whether a try may count as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Try {
    /// Counted; whether the facts are right decides.
    Open,
    /// This way of signing in is locked for the person, whatever the facts.
    Locked,
}

impl Store {
    /// Counts a try for `person`, who need not exist.
    pub(crate) async fn count_try(
        &self,
        person: &str,
        now: DateTime<Utc>,
    ) -> Result<Try, StoreFault> {
        let values = [
            person.into(),
            micros(now).into(),
            micros(now - HOLDS).into(),
            TRIES.into(),
        ];
        let row = self
            .connection
            .query_one_raw(self.raw(COUNT, values))
            .await?;
        Ok(row.map_or(Try::Locked, |_| Try::Open))
    }

    /// Takes one counted try back: it was never answered.
    pub(crate) async fn give_try_back(&self, person: &str) -> Result<(), StoreFault> {
        self.run(GIVE_BACK, [person.into()]).await
    }

    /// Forgets the wrong tries of a person who got it right.
    pub(crate) async fn clear_tries(&self, person: &str) -> Result<(), StoreFault> {
        self.run(CLEAR, [person.into()]).await
    }

    /// Drops tries that no longer count.
    pub(crate) async fn forget_tries(&self, now: DateTime<Utc>) -> Result<(), StoreFault> {
        self.run(FORGET, [micros(now - HOLDS).into()]).await
    }

    fn raw(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
        let backend = self.connection.get_database_backend();
        Statement::from_sql_and_values(backend, sql, values)
    }

    async fn run(
        &self,
        sql: &str,
        values: impl IntoIterator<Item = Value>,
    ) -> Result<(), StoreFault> {
        self.connection.execute_raw(self.raw(sql, values)).await?;
        Ok(())
    }
}
