//! Copies come, go and are killed.

use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use tokio::time::{Instant, sleep};

use super::Plan;
use crate::Failure;
use crate::cluster::Cluster;
use crate::cluster::callers::Caller;
use crate::cluster::deployed::Deployed;
use crate::cluster::filing::{Filing, PAUSE};
use crate::cluster::load::Load;
use crate::cluster::measured::{inequality, percent, seconds};
use crate::cluster::report::Row;

/// The longest that it is waited for enough requests.
const LONGEST: Duration = Duration::from_mins(15);

impl Cluster {
    /// Two copies of each capability share the load.
    pub(super) async fn copies_share(&mut self, plan: Plan) -> Result<Row, Failure> {
        let before = self.answered().await?;
        let callers = one_for_each(self.callers().await?, self.capabilities())?;
        let load = Load::of(callers, 2.0 * plan.per_second);
        let deadline = Instant::now() + LONGEST;
        let shares = loop {
            sleep(Duration::from_secs(1)).await;
            if Instant::now() >= deadline {
                return Err("there were never enough requests to say how they are shared".into());
            }
            let after = self.answered().await?;
            let grown = |(before, after): (&Vec<u64>, &Vec<u64>)| -> Vec<u64> {
                after
                    .iter()
                    .zip(before)
                    .map(|(after, before)| after - before)
                    .collect()
            };
            let shares: Vec<Vec<u64>> = before.iter().zip(&after).map(grown).collect();
            if shares
                .iter()
                .all(|copies| copies.iter().sum::<u64>() >= plan.shared)
            {
                break shares;
            }
        };
        let mut row = Row::of(
            "two copies of each capability share the load",
            load.end().await?.together(),
        );
        for (name, counts) in self.capabilities().iter().zip(&shares) {
            let unequal = inequality(counts);
            let words = format!("{name}: {counts:?}, {} from equal", percent(unequal));
            row = row
                .measured(words.clone())
                .holds(unequal <= plan.unequal, format!("too unequal: {words}"));
        }
        Ok(self.with_warnings(row.all_answered(plan)))
    }

    /// How many requests each copy of each capability has answered.
    async fn answered(&self) -> Result<Vec<Vec<u64>>, Failure> {
        let capabilities = self.services.iter().filter(|one| one.is_capability());
        try_join_all(capabilities.map(Deployed::answered)).await
    }

    /// Every service at once, as a rollout of all Deployments does it, while people look up and file.
    pub(super) async fn rolling_restart(&mut self, plan: Plan) -> Result<[Row; 2], Failure> {
        let before = self.journal()?;
        let load = self.load(plan).await?;
        let filing = Filing::by(self.citizens().await?, PAUSE);
        sleep(plan.around).await;
        let Self { services, site, .. } = self;
        let rolled = join_all(services.iter_mut().map(|one| one.roll(site))).await;
        sleep(plan.around).await;
        let (load, filed) = (load.end().await?, filing.end().await?);
        let what = "rolling restart of every service";
        let row = Row::of(what, load.together()).all_answered(plan);
        let row = rolled
            .into_iter()
            .filter_map(Result::err)
            .fold(row, |row, failure| row.holds(false, failure.to_string()));
        let filed = self.filed("people file meanwhile", filed, before).await?;
        Ok([row, filed.all_answered(plan)].map(|row| self.with_warnings(row)))
    }

    /// One copy of everything behind the gateway is killed (SIGKILL) and started again. Lookups are asked again by the gateway;
    /// what is filed is not, nor is a sign-in, since nobody can tell what a killed copy had written: people are told to come back,
    /// with the same key of what they file and with another proof.
    pub(super) async fn copies_killed(&mut self, plan: Plan) -> Result<[Row; 3], Failure> {
        let before = self.journal()?;
        let load = self.load(plan).await?;
        let filing = Filing::by(self.citizens().await?, PAUSE);
        sleep(plan.around).await;
        let Self { services, site, .. } = self;
        for service in services.iter_mut().filter(|one| one.name != "gateway") {
            service.kill(site).await?;
        }
        sleep(plan.around).await;
        let (load, filed) = (load.end().await?, filing.end().await?);
        let what = "one copy of each service behind the gateway killed";
        let row = Row::of(what, load.lookups).all_answered(plan);
        let signed_in = Row::of("people sign in meanwhile", load.sign_ins).told_to_come_back();
        let filed = self.filed("people file meanwhile", filed, before).await?;
        Ok([row, signed_in, filed.told_to_come_back()].map(|row| self.with_warnings(row)))
    }

    /// One copy of the gateway is killed: requests that it had at that moment break, and their clients ask again. No answer is wrong.
    pub(super) async fn gateway_killed(&mut self, plan: Plan) -> Result<Row, Failure> {
        let load = self.load(plan).await?;
        sleep(plan.around).await;
        let Self { services, site, .. } = self;
        for service in services.iter_mut().filter(|one| one.name == "gateway") {
            service.kill(site).await?;
        }
        sleep(plan.around).await;
        let counts = load.end().await?.together();
        let (broken, told) = (counts.broken, counts.words.join(" | "));
        let under_way = u64::try_from(super::CITIZENS + 2).unwrap_or(u64::MAX);
        let (wrong, later) = (counts.wrong, counts.later);
        let row = Row::of("one copy of the gateway killed", counts)
            .measured(format!(
                "{broken} connections broke with it; their clients asked again"
            ))
            .holds(
                broken <= under_way,
                format!("more than were under way broke: {told}"),
            )
            .holds(wrong == 0, format!("some were answered wrong: {told}"))
            .holds(
                later <= plan.later,
                format!("some were not answered: {told}"),
            );
        Ok(self.with_warnings(row))
    }

    /// A third copy of each service, and one less afterwards.
    pub(super) async fn copies_added(&mut self, plan: Plan) -> Result<Row, Failure> {
        // More than elsewhere: callers come to another copy after a number of requests.
        let load = Load::of(self.callers().await?, 2.0 * plan.per_second);
        let pause = Duration::from_millis(300);
        let load = load.and_sign_ins(self.door.clone(), self.newcomer(), pause);
        let Self { services, site, .. } = self;
        let mut took = Vec::new();
        for service in services.iter_mut() {
            let after = service.add_copy(site).await?;
            took.push((service.name.clone(), after));
        }
        try_join_all(services.iter().map(Deployed::receives)).await?;
        let retired = join_all(services.iter_mut().map(|one| one.retire(0))).await;
        let ended = load.end().await?.together();
        let mut row = Row::of("a new copy of each service", ended).all_answered(plan);
        for (name, after) in took {
            let words = format!("{name} answers after {}", seconds(after));
            row = row.measured(words.clone()).holds(
                plan.soon.is_none_or(|soon| after <= soon),
                format!("too late: {words}"),
            );
        }
        let row = retired
            .into_iter()
            .filter_map(Result::err)
            .fold(row, |row, failure| row.holds(false, failure.to_string()));
        Ok(self.with_warnings(row))
    }
}

/// A caller for each capability who asks it one question and nobody else any: each is asked as often as the others, although few own
/// land. Where few can be asked, they are taken first.
fn one_for_each(
    mut callers: Vec<Caller>,
    mut capabilities: Vec<String>,
) -> Result<Vec<Caller>, Failure> {
    let knows = |caller: &Caller, capability: &String| {
        let mut questions = caller.questions.iter();
        questions.any(|question| question.capability == *capability)
    };
    capabilities.sort_by_key(|capability| {
        let all = callers.iter();
        all.filter(|caller| knows(caller, capability)).count()
    });
    let mut chosen = Vec::new();
    for capability in capabilities {
        let found = callers
            .iter()
            .position(|caller| knows(caller, &capability))
            .ok_or_else(|| format!("nobody is left to ask {capability}"))?;
        let mut caller = callers.swap_remove(found);
        caller
            .questions
            .retain(|question| question.capability == capability);
        caller.questions.truncate(1);
        chosen.push(caller);
    }
    Ok(chosen)
}
