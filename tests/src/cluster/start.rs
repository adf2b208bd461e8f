//! From nothing to served, as docs/deploy.md goes, after the agencies and a cloud were lost.

use std::sync::Mutex;

use deployment::site::{Pod, Prepared};
use deployment::{Object, Site};
use futures_util::future::try_join_all;
use reqwest::Certificate;
use toml::{Table, Value};

use super::agencies::{copy, invent, lifeboat, packages, words};
use super::callers::Officer;
use super::certificates::Certificates;
use super::clouds::Clouds;
use super::deployed::Deployed;
use super::servers::Servers;
use super::{CITIZENS, Cluster, Options, PATIENCE, values};
use crate::Failure;
use crate::balancer::Balancer;
use crate::client::Door;
use crate::people;

/// The claim with what agencies export.
const EXPORT: &str = "agency-export";

impl Cluster {
    /// Starts everything; `told` hears of each step. What was started ends again where a step fails.
    ///
    /// # Errors
    /// With the words of the step that failed.
    pub async fn start(options: &Options, told: impl Fn(&str)) -> Result<Self, Failure> {
        told("starting PostgreSQL and its replica, Redis and RabbitMQ");
        let servers = Servers::start().await?;
        let clouds = Clouds::find().await?;
        let mut site = Site::new()?;

        let export = site.claim(EXPORT);
        if let Some(folder) = &options.packages {
            copy(folder, &export)?;
        } else {
            told(&format!("inventing {} people", options.people));
            std::fs::create_dir_all(site.path("claims"))?;
            invent(options.people, &site.path(""), &export).await?;
        }
        let systems = packages(&export)?;
        let people = people::first(&export.join("household"), CITIZENS + 2)?;

        told("making keys for every service and five custodians");
        keys(&mut site, options).await?;
        told(&format!(
            "backing up {} systems to the clouds {}",
            systems.len(),
            clouds.names()
        ));
        back_up(&mut site, options, &clouds, &systems).await?;
        std::fs::remove_dir_all(&export)?;
        let lost = clouds.lose_one();
        told(&format!(
            "the agencies are lost with all they had, and the cloud {lost}"
        ));

        let officer = Officer::make(site.path("officer.pem"))?;
        let (primary, replica) = servers.urls();
        for (secret, url) in [
            ("lifeboat-database", primary.as_str()),
            ("lifeboat-database-replica", &replica),
            ("lifeboat-redis", servers.redis.url()),
            ("lifeboat-broker", servers.rabbitmq.url()),
        ] {
            site.give(secret, "url", url);
        }
        let door = Balancer::empty().await?;
        let mut inside = systems.clone();
        inside.extend(["gateway", "identity"].map(str::to_owned));
        let certificates = Certificates::make(&mut site, &inside);
        let authority = site.path("authority.pem");
        std::fs::write(&authority, certificates.world())?;
        let gateway = format!("https://{}", door.address());
        let file = site.path("emergency.json");
        let values = values::emergency(&file, &clouds, &systems, options, &gateway, &officer)?;
        site.apply(options.tools.render(&values)?)?;
        told("restoring every capability from the clouds that are left, tier by tier");
        restore(&mut site).await?;

        told("starting two copies of every service");
        let services = serve(&mut site, door).await?;
        let mut cluster = Self {
            door: Door {
                url: gateway,
                authority: Some(Certificate::from_pem(certificates.world().as_bytes())?),
            },
            services,
            site: Mutex::new(site),
            certificates,
            authority,
            people,
            questions: Vec::new(),
            officer,
            servers,
            _clouds: clouds,
        };
        cluster.serve().await?;
        Ok(cluster)
    }

    async fn serve(&mut self) -> Result<(), Failure> {
        let Self { services, site, .. } = self;
        let started = services.iter_mut().map(|one| one.start(site));
        try_join_all(started).await?;
        let ready = services.iter_mut().map(|one| one.ready(site));
        try_join_all(ready).await?;
        Ok(())
    }
}

/// Each service's keys as Secrets, and the custodians' shares.
async fn keys(site: &mut Site, options: &Options) -> Result<(), Failure> {
    let keys = site.path("keys");
    lifeboat(words("keys services --out PATH", &[&keys])).await?;
    site.apply(options.tools.kustomize(&keys)?)?;
    let ceremony = site.path("ceremony");
    let line = "keys ceremony --custodians 5 --threshold 3 --out PATH";
    lifeboat(words(line, &[&ceremony])).await?;
    let read = |name: &str| std::fs::read(ceremony.join(name));
    site.give("lifeboat-master", "master.pub", read("master.pub")?);
    for number in 1..=3 {
        let name = format!("custodian-{number}.share");
        let share = read(&name)?;
        site.give("lifeboat-custodians", &name, share);
    }
    Ok(())
}

/// The chart's `CronJob`, once.
async fn back_up(
    site: &mut Site,
    options: &Options,
    clouds: &Clouds,
    systems: &[String],
) -> Result<(), Failure> {
    for (name, text) in clouds.credentials() {
        site.give("lifeboat-clouds", name, text);
    }
    let values = values::quiet(&site.path("quiet.json"), clouds, systems)?;
    site.apply(options.tools.render(&values)?)?;
    let backup = Pod::of(&site.object("CronJob", "lifeboat-backup")?);
    site.run(&backup, PATIENCE).await?;
    // In a cluster the credentials are at the same place in every pod.
    let root = site.root(&backup).display().to_string();
    let toml = std::fs::read_to_string(site.claim("lifeboat-backup").join("vault.toml"))?;
    let mut vault: Table = toml.replace(&root, "").parse()?;
    if let Some(seconds) = options.cloud_patience {
        let clouds = vault.get_mut("cloud").and_then(Value::as_array_mut);
        for cloud in clouds.into_iter().flatten().filter_map(Value::as_table_mut) {
            cloud.insert("patience_seconds".to_owned(), seconds.into());
        }
    }
    site.give("lifeboat-vault", "vault.toml", vault.to_string());
    Ok(())
}

/// The chart's Jobs, all at once: each waits for the tiers before its own.
async fn restore(site: &mut Site) -> Result<(), Failure> {
    let mut jobs = Vec::new();
    for job in site.objects("Job") {
        let pod = Pod::of(&job);
        let containers = pod.first().chain(pod.containers());
        let steps: Vec<Prepared> = containers
            .map(|container| site.prepare(&pod, container))
            .collect::<Result<_, _>>()?;
        jobs.push(async move {
            for step in steps {
                step.run(PATIENCE).await?;
            }
            Ok::<_, Failure>(())
        });
    }
    if jobs.is_empty() {
        return Err("the chart restores nothing".into());
    }
    try_join_all(jobs).await?;
    Ok(())
}

/// Every Deployment, with its balancer; `door` is the gateway's.
async fn serve(site: &mut Site, door: Balancer) -> Result<Vec<Deployed>, Failure> {
    let mut door = Some(door);
    let mut services = Vec::new();
    for object in site.objects("Deployment") {
        let balancer = match door.take_if(|_| is_gateway(&object)) {
            Some(door) => door,
            None => Balancer::empty().await?,
        };
        let service = Deployed::behind(balancer, object)?;
        site.balance(service.service(), service.address());
        services.push(service);
    }
    Ok(services)
}

fn is_gateway(object: &Object) -> bool {
    object.value["metadata"]["labels"]["lifeboat/role"] == "gateway"
}
