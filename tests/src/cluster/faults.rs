//! What a cluster is put through, each time under load: nobody may notice, or only what is said here.

mod certificates;
mod copies;
mod stores;

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use tokio::time::{Instant, sleep};

use super::callers::{Caller, OFFICER, Question, of_citizen, of_officer};
use super::load::{Counts, LATER, Load};
use super::report::{Report, Row};
use super::{CITIZENS, Cluster, PATIENCE};
use crate::Failure;
use crate::client::{Client, NoToken};
use crate::people::Facts;

/// How many warnings of a service are told.
const TOLD: usize = 10;

/// How much of everything.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Lookups a second, all people together.
    pub per_second: f64,
    /// How long load goes on before and after something happens.
    pub around: Duration,
    /// Requests to each capability, until it is judged how copies share them.
    pub shared: u64,
    /// By how much of an equal share a copy's may then differ. Callers come to another copy after 64 requests, and one copy may be two
    /// such connections ahead by chance, so that fewer requests are shared less equally.
    pub unequal: f64,
    /// How soon a new copy must answer; it is only measured when not said.
    pub soon: Option<Duration>,
    /// How many requests may be told to come back where none needs to be: a machine that stands still for seconds outlasts what a
    /// service waits for its stores.
    pub later: u64,
}

impl Plan {
    /// For acceptance.
    pub const FULL: Self = Self {
        per_second: 120.0,
        around: Duration::from_secs(5),
        shared: 3_000,
        unequal: 0.1,
        soon: Some(Duration::from_secs(5)),
        later: 0,
    };
    /// For a test that must be short.
    pub const SHORT: Self = Self {
        per_second: 50.0,
        around: Duration::from_secs(2),
        shared: 1_200,
        unequal: 0.25,
        soon: None,
        // As many as ask at once.
        later: CITIZENS as u64 + 2,
    };
}

/// Puts the cluster through everything; `told` hears of each step.
///
/// # Errors
/// When something could not be tried at all.
pub async fn all(
    cluster: &mut Cluster,
    plan: Plan,
    told: impl Fn(&str),
) -> Result<Report, Failure> {
    match each(cluster, plan, told).await {
        Ok(report) => Ok(report),
        Err(failure) => Err(format!("{failure}\n{}", cluster.warnings()).into()),
    }
}

async fn each(cluster: &mut Cluster, plan: Plan, told: impl Fn(&str)) -> Result<Report, Failure> {
    let mut report = Report::default();
    told("asking every capability, as citizens and as an officer");
    report.rows.push(cluster.everybody_asks(plan).await?);
    told("measuring how copies share the load");
    report.rows.push(cluster.copies_share(plan).await?);
    told("restarting every service, copy by copy");
    report.rows.extend(cluster.rolling_restart(plan).await?);
    told("losing the replica");
    report.rows.push(cluster.replica_lost(plan).await?);
    told("killing one copy of every service behind the gateway");
    report.rows.extend(cluster.copies_killed(plan).await?);
    told("killing one copy of the gateway");
    report.rows.push(cluster.gateway_killed(plan).await?);
    told("adding a copy to every service");
    report.rows.push(cluster.copies_added(plan).await?);
    told("restarting RabbitMQ while people file");
    report.rows.push(cluster.broker_restarted(plan).await?);
    told("restarting Redis while people file");
    report.rows.push(cluster.redis_restarted(plan).await?);
    told("renewing and revoking certificates");
    report.rows.push(cluster.certificates_renewed(plan).await?);
    told("calling a capability with certificates of all kinds");
    report.rows.push(cluster.strangers_refused().await?);
    told("asking every capability again");
    report.rows.push(cluster.everybody_asks(plan).await?);
    Ok(report)
}

impl Cluster {
    /// Somebody who signs in while others ask.
    fn newcomer(&self) -> &Facts {
        &self.people[CITIZENS]
    }

    /// Citizens, signed in just now.
    async fn citizens(&self) -> Result<Vec<(Client, Facts)>, Failure> {
        let one = async |facts: &Facts| {
            let client = patiently(async || Client::citizen(self.door.clone(), facts).await);
            Ok((client.await?, facts.clone()))
        };
        try_join_all(self.people[..CITIZENS].iter().map(one)).await
    }

    /// Citizens and, last, the officer, signed in just now, with what they were answered while all was well.
    async fn callers(&mut self) -> Result<Vec<Caller>, Failure> {
        let mut clients: Vec<Client> = Vec::new();
        clients.extend(self.citizens().await?.into_iter().map(|(client, _)| client));
        let officer = patiently(async || {
            Client::program(self.door.clone(), OFFICER, &self.officer.key).await
        });
        clients.push(officer.await?);
        if self.questions.is_empty() {
            self.questions = self.learn(&mut clients).await?;
        }
        let known = clients.into_iter().zip(self.questions.clone());
        Ok(known
            .map(|(client, questions)| Caller { client, questions })
            .collect())
    }

    /// What each of them can ask, and is answered.
    async fn learn(&self, clients: &mut [Client]) -> Result<Vec<Vec<Question>>, Failure> {
        let capabilities = self.capabilities();
        let about = &self.people[0].national_id;
        let one = async |(number, client): (usize, &mut Client)| {
            if number < CITIZENS {
                of_citizen(client, &capabilities).await
            } else {
                of_officer(client, &capabilities, about).await
            }
        };
        try_join_all(clients.iter_mut().enumerate().map(one)).await
    }

    /// Load as the plan says.
    async fn load(&mut self, plan: Plan) -> Result<Load, Failure> {
        let load = Load::of(self.callers().await?, plan.per_second);
        Ok(load.and_sign_ins(
            self.door.clone(),
            self.newcomer(),
            Duration::from_millis(500),
        ))
    }

    /// Every question of everybody, once.
    async fn everybody_asks(&mut self, plan: Plan) -> Result<Row, Failure> {
        let wanted: BTreeSet<String> = self.capabilities().into_iter().collect();
        let (mut counts, mut asking) = (Counts::default(), Vec::new());
        let (mut by_citizens, mut by_officer) = (BTreeSet::new(), BTreeSet::new());
        for (number, caller) in self.callers().await?.into_iter().enumerate() {
            let asked = if number < CITIZENS {
                &mut by_citizens
            } else {
                &mut by_officer
            };
            asked.extend(caller.questions.iter().map(|one| one.capability.clone()));
            asking.push(once(caller));
        }
        for asked in join_all(asking).await {
            counts.join(asked);
        }
        let row = Row::of("citizens and an officer ask every capability", counts)
            .measured(format!("{} capabilities", wanted.len()))
            .holds(
                by_citizens == wanted,
                format!("citizens were answered by {by_citizens:?} only"),
            )
            .holds(
                by_officer == wanted,
                format!("the officer was answered by {by_officer:?} only"),
            )
            .all_answered(plan);
        Ok(row)
    }

    /// What the services warned of, where requests failed.
    fn with_warnings(&self, row: Row) -> Row {
        if row.wrong.is_empty() {
            return row;
        }
        let warnings = self.warnings();
        row.holds(warnings.is_empty(), warnings)
    }

    /// The last warnings of each service.
    fn warnings(&self) -> String {
        let mut words = String::new();
        for service in &self.services {
            let all = service.warnings();
            let last = &all[all.len().saturating_sub(TOLD)..];
            words.extend(last.iter().map(|line| format!("{line}\n")));
        }
        words
    }
}

/// Signs in, again where who does is told to come back.
async fn patiently(sign_in: impl AsyncFn() -> Result<Client, Failure>) -> Result<Client, Failure> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match sign_in().await {
            Err(failure) if is_told_to_come_back(&failure) && Instant::now() < deadline => {
                sleep(LATER).await;
            }
            ended => return ended,
        }
    }
}

fn is_told_to_come_back(failure: &Failure) -> bool {
    let refused = failure.downcast_ref::<NoToken>();
    refused.is_some_and(NoToken::is_told_to_come_back)
}

/// Every question of somebody, one after the other.
async fn once(mut caller: Caller) -> Counts {
    let mut counts = Counts::default();
    for question in 0..caller.questions.len() {
        counts.add(caller.ask(question).await);
    }
    counts
}
