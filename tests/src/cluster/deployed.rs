//! A Deployment at work: copies of one service, each a pod with a process, behind the balancer that stands for its Service.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use deployment::site::Pod;
use deployment::{Object, Site};
use test_support::process::Service;
use tokio::time::Instant;

use super::PATIENCE;
use crate::Failure;
use crate::balancer::{Balancer, Place};

/// The ports of every pod, by the manifests.
const HTTP: u64 = 8080;
const ADMIN: u64 = 9090;

/// How many copies of each service there are.
const COPIES: usize = 2;

/// One service.
#[derive(Debug)]
pub(super) struct Deployed {
    /// Its program's name, such as `household`.
    pub(super) name: String,
    object: Object,
    copies: Vec<Running>,
    balancer: Balancer,
    /// The number of the next copy: a pod's name is nobody else's, before or after.
    next: usize,
}

/// One copy.
#[derive(Debug)]
struct Running {
    // Dropped first: nobody is sent to a process that ends.
    place: Place,
    service: Service,
    admin: String,
    pod: Pod,
}

impl Deployed {
    /// A service without copies yet, and what stands before them.
    pub(super) fn behind(balancer: Balancer, object: Object) -> Result<Self, Failure> {
        let name = object.value["metadata"]["labels"]["app.kubernetes.io/component"]
            .as_str()
            .ok_or_else(|| format!("{} is no component", object.identity()))?;
        Ok(Self {
            name: name.to_owned(),
            object,
            copies: Vec::new(),
            balancer,
            next: 0,
        })
    }

    /// The name of its Service.
    pub(super) fn service(&self) -> &str {
        self.object.name()
    }

    /// Where its Service is.
    pub(super) fn address(&self) -> String {
        self.balancer.address().to_string()
    }

    pub(super) fn is_capability(&self) -> bool {
        self.object.value["metadata"]["labels"]["lifeboat/role"] == "capability"
    }

    /// Runs what comes before a copy, and starts all copies at once.
    pub(super) async fn start(&mut self, site: &Mutex<Site>) -> Result<(), Failure> {
        let pod = Pod::of(&self.object);
        for container in pod.first() {
            let prepared = locked(site).prepare(&pod, container)?;
            prepared.run(PATIENCE).await?;
        }
        for _ in 0..COPIES {
            self.begin_copy(site)?;
        }
        Ok(())
    }

    /// Waits until every copy is ready.
    pub(super) async fn ready(&mut self, site: &Mutex<Site>) -> Result<(), Failure> {
        for copy in &mut self.copies {
            let probe = &copy.pod.container()?["readinessProbe"];
            let ready = locked(site).probe(&copy.pod, probe)?;
            copy.is_up(&ready).await?;
        }
        Ok(())
    }

    /// Starts another copy. Returns how long it took until it was ready.
    pub(super) async fn add_copy(&mut self, site: &Mutex<Site>) -> Result<Duration, Failure> {
        let began = Instant::now();
        let ready = self.begin_copy(site)?;
        if let Some(copy) = self.copies.last_mut() {
            copy.is_up(&ready).await?;
        }
        Ok(began.elapsed())
    }

    /// Starts another copy, and returns where it says whether it is ready.
    fn begin_copy(&mut self, site: &Mutex<Site>) -> Result<String, Failure> {
        let pod = Pod::copy(&self.object, self.next);
        self.next += 1;
        let container = pod.container()?;
        let mut site = locked(site);
        let prepared = site.prepare(&pod, container)?;
        let probe = site.probe(&pod, &container["readinessProbe"])?;
        let readiness = probe.trim_start_matches("http://");
        let readiness = readiness.split('/').next().unwrap_or(readiness);
        let address = site.address(&pod, HTTP);
        self.copies.push(Running {
            place: self.balancer.add(address, readiness.to_owned()),
            service: prepared.start(),
            admin: site.address(&pod, ADMIN),
            pod: pod.clone(),
        });
        Ok(probe)
    }

    /// Waits until the newest copy has been sent something to do: by the balancer, not by its start.
    pub(super) async fn receives(&self) -> Result<(), Failure> {
        let deadline = Instant::now() + PATIENCE;
        while self.answered().await?.last() == Some(&0) {
            if Instant::now() >= deadline {
                return Err(format!("nobody is sent to the new copy of {}", self.name).into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Ends the copy of this number as a rollout does: SIGTERM, and time to finish.
    pub(super) async fn retire(&mut self, number: usize) -> Result<(), Failure> {
        let copy = &mut self.copies[number];
        copy.service.terminate();
        let status = copy.service.exit(PATIENCE).await;
        let copy = self.copies.remove(number);
        if status.success() {
            return Ok(());
        }
        let (name, said) = (&self.name, copy.service.stderr());
        Err(format!("{name} did not end well: {status}\n{said}").into())
    }

    /// A rolling restart: a new copy first, then one less of the old.
    pub(super) async fn roll(&mut self, site: &Mutex<Site>) -> Result<(), Failure> {
        for _ in 0..self.copies.len() {
            self.add_copy(site).await?;
            self.retire(0).await?;
        }
        Ok(())
    }

    /// Kills a copy (SIGKILL), and starts it again as a kubelet does.
    pub(super) async fn kill(&mut self, site: &Mutex<Site>) -> Result<(), Failure> {
        self.copies[0].service.kill();
        self.add_copy(site).await?;
        self.copies.remove(0);
        Ok(())
    }

    /// How many requests each copy has answered since it started, probes excepted.
    pub(super) async fn answered(&self) -> Result<Vec<u64>, Failure> {
        let mut counts = Vec::new();
        for copy in &self.copies {
            let metrics = metrics(&copy.admin).await?;
            let own = metrics.lines().filter(|line| is_request(line));
            counts.push(own.filter_map(value).map(whole).sum());
        }
        Ok(counts)
    }

    /// Whether every copy sends its lookups to the replica.
    pub(super) async fn uses_replica(&self) -> Result<bool, Failure> {
        for copy in &self.copies {
            let metrics = metrics(&copy.admin).await?;
            let uses = metrics
                .lines()
                .find(|line| line.starts_with("lifeboat_replica_in_use"))
                .and_then(value);
            if uses != Some(1.0) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Writes the files of every copy anew, as Kubernetes does when a Secret or `ConfigMap` changes.
    pub(super) fn refresh(&mut self, site: &Mutex<Site>) -> Result<(), Failure> {
        for copy in &self.copies {
            locked(site).prepare(&copy.pod, copy.pod.container()?)?;
        }
        Ok(())
    }

    /// How often each copy has taken over changed certificates inside.
    pub(super) async fn reloads(&self) -> Result<Vec<u64>, Failure> {
        let mut counts = Vec::new();
        for copy in &self.copies {
            let metrics = metrics(&copy.admin).await?;
            let own = metrics.lines().filter(|line| {
                line.starts_with("lifeboat_tls_reloads_total{")
                    && line.contains("side=\"inside\"")
                    && line.contains("outcome=\"used\"")
            });
            counts.push(own.filter_map(value).map(whole).sum());
        }
        Ok(counts)
    }

    /// What its copies warned of, for who wonders why something failed.
    pub(super) fn warnings(&self) -> Vec<String> {
        let of = |copy: &Running| -> Vec<String> {
            let said = copy.service.stderr() + &copy.service.stdout();
            said.lines()
                .filter(|line| line.contains("\"WARN\"") || line.contains("\"ERROR\""))
                .map(|line| format!("{}: {line}", self.name))
                .collect()
        };
        self.copies.iter().flat_map(of).collect()
    }

    /// Asks all copies to end.
    pub(super) fn terminate(&mut self) {
        for copy in &mut self.copies {
            copy.service.terminate();
        }
    }
}

impl Running {
    /// Waits until it is ready, and the balancer has seen that.
    async fn is_up(&mut self, readiness: &str) -> Result<(), Failure> {
        self.service.answers(readiness, PATIENCE).await;
        let deadline = Instant::now() + PATIENCE;
        while !self.place.is_used() {
            if Instant::now() >= deadline {
                return Err(format!("nobody is sent to {readiness}").into());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }
}

async fn metrics(admin: &str) -> Result<String, Failure> {
    let answer = reqwest::get(format!("http://{admin}/metrics")).await?;
    Ok(answer.error_for_status()?.text().await?)
}

/// Whether a metric counts requests that somebody asked, unlike probes.
fn is_request(line: &str) -> bool {
    line.starts_with("lifeboat_gateway_requests_total{")
        || line.starts_with("lifeboat_requests_total{") && line.contains(" /v1/")
}

/// The figure at the end of a metric's line.
fn value(line: &str) -> Option<f64> {
    line.rsplit(' ').next()?.parse().ok()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a counter is a whole number"
)]
fn whole(value: f64) -> u64 {
    value as u64
}

fn locked(site: &Mutex<Site>) -> std::sync::MutexGuard<'_, Site> {
    site.lock().unwrap_or_else(PoisonError::into_inner)
}
