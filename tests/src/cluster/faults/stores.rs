//! The data stores go and come back.

use std::collections::BTreeSet;
use std::time::Duration;

use test_support::postgres::psql;
use tokio::task::block_in_place;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::Plan;
use crate::Failure;
use crate::cluster::filing::{CAPABILITY, Filed, Filing, PAUSE, take};
use crate::cluster::measured::seconds;
use crate::cluster::report::Row;
use crate::cluster::{Cluster, PATIENCE};

impl Cluster {
    /// The replica is killed, and comes back: lookups go to the primary meanwhile.
    pub(super) async fn replica_lost(&mut self, plan: Plan) -> Result<Row, Failure> {
        let load = self.load(plan).await?;
        self.on_replica(true).await?;
        sleep(plan.around).await;
        let begun = load.sent();
        block_in_place(|| self.servers.replica.kill());
        sleep(plan.around).await;
        self.on_replica(false).await?;
        let without = load.sent() - begun;
        block_in_place(|| self.servers.replica.start_again());
        let back = Instant::now();
        self.on_replica(true).await?;
        let back = seconds(back.elapsed());
        sleep(plan.around).await;
        let row = Row::of("the PostgreSQL replica lost", load.end().await?.together())
            .measured(format!(
                "{without} requests without it; used again {back} after it answered"
            ))
            .all_answered(plan);
        Ok(self.with_warnings(row))
    }

    /// Waits until every copy of every capability uses the replica, or none does.
    async fn on_replica(&self, wanted: bool) -> Result<(), Failure> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut as_wanted = true;
            for service in self.services.iter().filter(|one| one.is_capability()) {
                as_wanted &= service.uses_replica().await? == wanted;
            }
            if as_wanted {
                return Ok(());
            }
            if Instant::now() >= deadline {
                return Err(format!("lookups on the replica: never {wanted}").into());
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// The broker is restarted: what is filed waits in the journal, and reaches the queue once.
    pub(super) async fn broker_restarted(&mut self, plan: Plan) -> Result<Row, Failure> {
        let before = self.journal()?;
        let filing = Filing::by(self.citizens().await?, PAUSE);
        sleep(plan.around).await;
        block_in_place(|| self.servers.rabbitmq.stop());
        sleep(plan.around).await;
        block_in_place(|| self.servers.rabbitmq.start_again());
        sleep(plan.around).await;
        let row = self
            .filed("RabbitMQ restarted", filing.end().await?, before)
            .await?;
        Ok(self.with_warnings(row.all_answered(plan)))
    }

    /// Redis is restarted. While it is away nobody can tell whether a proof was used before, so that everybody is told to come back.
    pub(super) async fn redis_restarted(&mut self, plan: Plan) -> Result<Row, Failure> {
        let before = self.journal()?;
        let filing = Filing::by(self.citizens().await?, PAUSE);
        sleep(plan.around).await;
        block_in_place(|| {
            self.servers.redis.stop();
            self.servers.redis.start_again();
        });
        sleep(plan.around).await;
        let row = self
            .filed("Redis restarted", filing.end().await?, before)
            .await?;
        Ok(self.with_warnings(row.told_to_come_back()))
    }

    /// Each application is in the journal once, and was handed to the agency.
    pub(super) async fn filed(
        &self,
        what: &str,
        filed: Filed,
        before: usize,
    ) -> Result<Row, Failure> {
        let ids: BTreeSet<Uuid> = filed.receipts.values().copied().collect();
        let (count, written) = (filed.receipts.len(), self.journal()? - before);
        let taken = take(self.servers.rabbitmq.url(), &ids, PATIENCE).await?;
        let lost = ids
            .iter()
            .filter(|id| !taken.messages.contains_key(id))
            .count();
        let again: u32 = taken.messages.values().map(|times| times - 1).sum();
        Ok(Row::of(what, filed.counts)
            .measured(format!(
                "{count} applications filed, {written} in the journal, {} at the agency, {again} delivered again",
                taken.messages.len()
            ))
            .holds(count > 0, "nothing was filed")
            .holds(ids.len() == count, "two applications have one number")
            .holds(written == count, "the journal has another number of them")
            .holds(lost == 0, format!("{lost} never reached the agency")))
    }

    /// How many applications the journal holds.
    pub(super) fn journal(&self) -> Result<usize, Failure> {
        let count = format!("SELECT count(*) FROM journal_{CAPABILITY}.application");
        let said = block_in_place(|| psql(&self.servers.urls().0, &count))?;
        Ok(said.parse()?)
    }
}
