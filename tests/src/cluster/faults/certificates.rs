//! Certificates are renewed and taken back, and strangers are refused.

use std::error::Error;
use std::io;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::Plan;
use crate::Failure;
use crate::cluster::callers::Said;
use crate::cluster::load::Counts;
use crate::cluster::report::Row;
use crate::cluster::{Cluster, PATIENCE};

impl Cluster {
    /// Everybody gets another certificate, and when all use it, the old ones are taken back. Nothing is restarted.
    pub(super) async fn certificates_renewed(&mut self, plan: Plan) -> Result<Row, Failure> {
        let load = self.load(plan).await?;
        sleep(plan.around).await;
        let begun = Instant::now();
        let site = self.site.get_mut().map_err(|_| "the site is broken")?;
        self.certificates.renew(site);
        self.take_over().await?;
        let site = self.site.get_mut().map_err(|_| "the site is broken")?;
        self.certificates.publish(site);
        self.take_over().await?;
        let took = begun.elapsed().as_secs();
        sleep(plan.around).await;
        let row = Row::of(
            "all certificates renewed, then the old ones revoked",
            load.end().await?.together(),
        )
        .measured(format!("used everywhere after {took} s, without a restart"))
        .all_answered(plan);
        Ok(self.with_warnings(row))
    }

    /// Puts changed files into every pod, and waits until each has read them.
    async fn take_over(&mut self) -> Result<(), Failure> {
        let mut before = Vec::new();
        for service in &self.services {
            before.push(service.reloads().await?);
        }
        for service in &mut self.services {
            service.refresh(&self.site)?;
        }
        let deadline = Instant::now() + PATIENCE;
        for (service, before) in self.services.iter().zip(before) {
            while !service
                .reloads()
                .await?
                .iter()
                .zip(&before)
                .all(|(now, then)| now > then)
            {
                if Instant::now() >= deadline {
                    return Err(format!("{} does not read its certificates", service.name).into());
                }
                sleep(Duration::from_millis(200)).await;
            }
        }
        Ok(())
    }

    /// Only who shows a good certificate of a service that may call is let in.
    pub(super) async fn strangers_refused(&mut self) -> Result<Row, Failure> {
        let mut counts = Counts::default();
        let mut refused = Vec::new();
        let inside = self.services.iter().find(|one| one.is_capability());
        let url = format!("https://{}/livez", inside.ok_or("no capability")?.address());
        for (number, (who, identity)) in self.certificates.callers()?.into_iter().enumerate() {
            let client = reqwest::Client::builder()
                .no_proxy()
                .timeout(PATIENCE)
                .tls_certs_only([self.certificates.inside()?]);
            let client = match identity {
                Some(identity) => client.identity(identity),
                None => client,
            };
            let answer = client.build()?.get(&url).send().await;
            // The first is the gateway itself.
            let as_it_should = match (number, &answer) {
                (0, Ok(answer)) => answer.status() == 200,
                (0, Err(_)) | (_, Ok(_)) => false,
                (_, Err(error)) => is_refusal(error),
            };
            counts.add(if as_it_should {
                Said::Right
            } else {
                Said::Wrong(format!("{who}: {answer:?}"))
            });
            if number > 0 {
                refused.push(who);
            }
        }
        Ok(Row::of("callers inside show certificates", counts)
            .measured(format!("refused: {}", refused.join(", ")))
            .all_answered(Plan::FULL))
    }
}

/// Whether somebody was there and broke the connection off. Its alert may be lost with what it had not read.
fn is_refusal(error: &reqwest::Error) -> bool {
    let mut cause: Option<&dyn Error> = Some(error);
    let mut is_away = false;
    while let Some(error) = cause {
        let system = error.downcast_ref::<io::Error>();
        is_away |= system.is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused);
        cause = error.source();
    }
    !is_away && !error.is_timeout()
}
