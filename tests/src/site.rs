//! The services as in production: a process each, reached over HTTP, on SQLite or on PostgreSQL and Redis.
//!
//! `lifeboat demo` writes keys and a configuration for one process; here it is divided among the services' own programs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use test_support::ports;
use test_support::process::Service;
use toml::Table;

use crate::Failure;

/// How long a service may take until it is ready.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the services stand on.
#[derive(Debug, Clone, Default)]
pub struct Foundation {
    /// A database with the household snapshot loaded, which also takes audit and identity; SQLite when not said.
    pub postgres: Option<String>,
    /// Counts proofs and rates; the gateway's memory when not said.
    pub redis: Option<String>,
    /// Whether rates are so high that no bench meets them.
    pub unlimited: bool,
}

/// Three running services. They end when it is dropped.
#[derive(Debug)]
pub struct Site {
    /// The gateway's URL.
    pub gateway: String,
    /// What the demo's ready file says of the officer's program.
    pub officer: Value,
    /// In the order in which they were started: household, identity, gateway.
    services: Vec<(&'static str, Service)>,
    programs: PathBuf,
    folder: TempDir,
}

impl Site {
    /// Starts household, identity and gateway, built in the folder `programs`, with the data packages of `snapshots`.
    ///
    /// # Errors
    /// When the demo's preparations or a service fail, with their words.
    pub async fn start(
        programs: &Path,
        snapshots: &Path,
        on: &Foundation,
    ) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let demo = folder.path().join("demo");
        prepare(&programs.join("lifeboat"), snapshots, &demo)?;
        let text = std::fs::read_to_string(demo.join("lifeboat.toml"))?;
        let ready: Value =
            serde_json::from_str(&std::fs::read_to_string(demo.join("ready.json"))?)?;
        let address = || format!("127.0.0.1:{}", ports::free());
        let (gateway, identity, household) = (address(), address(), address());
        let mut configuration =
            on.applied_to(toml::from_str(&text)?, &gateway, &identity, &household)?;
        let mut site = Self {
            gateway: format!("http://{gateway}"),
            officer: ready["officer"].clone(),
            services: Vec::new(),
            programs: programs.to_owned(),
            folder,
        };
        for name in ["household", "identity", "gateway"] {
            let parts = match name {
                "household" => table(&mut configuration, "capabilities")?,
                _ => &mut configuration,
            };
            let mut part = std::mem::take(table(parts, name)?);
            // As many workers as the service itself finds right: the demo is content with one.
            table(&mut part, "server")?.remove("workers");
            site.configure(name, part)?;
            site.start_service(name)?;
            site.service(name)?.says("ready", PATIENCE).await;
        }
        let door = format!("{}/readyz", site.gateway);
        site.service("gateway")?.answers(&door, PATIENCE).await;
        Ok(site)
    }

    /// Starts another gateway with a household of somebody else (`host:port`), and returns it with its URL.
    ///
    /// # Errors
    /// When it cannot be configured.
    pub async fn another_gateway(&self, household: &str) -> Result<(Service, String), Failure> {
        let address = format!("127.0.0.1:{}", ports::free());
        let mut configuration: Table =
            toml::from_str(&std::fs::read_to_string(self.file("gateway"))?)?;
        let gateway = table(&mut configuration, "service")?;
        let url = format!("http://{address}");
        let issuer = gateway
            .get("public_url")
            .cloned()
            .ok_or("the gateway has no public_url")?;
        table(gateway, "tokens")?.insert("issuer".to_owned(), issuer);
        gateway.insert("public_url".to_owned(), url.clone().into());
        table(gateway, "server")?.insert("listen".to_owned(), address.into());
        table(gateway, "audit")?.insert("writer".to_owned(), "gateway-2".into());
        table(gateway, "upstreams")?
            .insert("household".to_owned(), format!("http://{household}").into());
        let part = std::mem::take(gateway);
        self.configure("gateway-2", part)?;
        let mut service = self.spawn("gateway", "gateway-2")?;
        service.answers(&format!("{url}/livez"), PATIENCE).await;
        Ok((service, url))
    }

    /// Starts a service that has ended, with the same configuration, and does not wait for it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start_service(&mut self, name: &'static str) -> Result<(), Failure> {
        let service = self.spawn(name, name)?;
        self.services.retain(|(other, _)| *other != name);
        self.services.push((name, service));
        Ok(())
    }

    fn configure(&self, name: &str, part: Table) -> Result<(), Failure> {
        let file = Table::from_iter([("service".to_owned(), part.into())]);
        Ok(std::fs::write(self.file(name), toml::to_string(&file)?)?)
    }

    fn spawn(&self, program: &str, configuration: &str) -> Result<Service, Failure> {
        let file = self.file(configuration);
        let file = file
            .to_str()
            .ok_or("the temporary folder has a strange name")?;
        Ok(Service::start(
            &self.programs.join(program),
            &["--config", file],
            &[],
        ))
    }

    /// One of `household`, `identity`, `gateway`.
    ///
    /// # Errors
    /// When there is no such service.
    pub fn service(&mut self, name: &str) -> Result<&mut Service, Failure> {
        let found = self.services.iter_mut().find(|(own, _)| *own == name);
        Ok(&mut found
            .ok_or_else(|| format!("there is no service {name}"))?
            .1)
    }

    /// Where household says whether it is ready; not to be reached from outside in production.
    ///
    /// # Errors
    /// When it has no configuration.
    pub fn household_readiness(&self) -> Result<String, Failure> {
        let mut configuration: Table =
            toml::from_str(&std::fs::read_to_string(self.file("household"))?)?;
        let server = table(table(&mut configuration, "service")?, "server")?;
        let listen = server
            .get("listen")
            .and_then(|value| value.as_str())
            .ok_or("household listens nowhere")?;
        Ok(format!("http://{listen}/readyz"))
    }

    /// The process ids.
    #[must_use]
    pub fn pids(&self) -> Vec<u32> {
        self.services
            .iter()
            .map(|(_, service)| service.pid())
            .collect()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.toml"))
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // The door first, so that nothing that is still asked fails inside.
        while self.services.pop().is_some() {}
    }
}

/// Keys, configuration and SQLite stores.
fn prepare(program: &Path, snapshots: &Path, folder: &Path) -> Result<(), Failure> {
    let output = Command::new(program)
        .args(["demo", "--exit", "--listen", "127.0.0.1:0", "--snapshots"])
        .arg(snapshots)
        .arg("--dir")
        .arg(folder)
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::null())
        .output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "lifeboat demo: {}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    )
    .into())
}

impl Foundation {
    fn applied_to(
        &self,
        mut configuration: Table,
        gateway_at: &str,
        identity_at: &str,
        household_at: &str,
    ) -> Result<Table, Failure> {
        let public = format!("http://{gateway_at}");
        let household = table(table(&mut configuration, "capabilities")?, "household")?;
        table(household, "server")?.insert("listen".to_owned(), household_at.into());
        if let Some(url) = &self.postgres {
            household.insert("database".to_owned(), url.clone().into());
        }

        let identity = table(&mut configuration, "identity")?;
        identity.insert("issuer".to_owned(), public.clone().into());
        table(identity, "server")?.insert("listen".to_owned(), identity_at.into());
        table(identity, "household")?
            .insert("url".to_owned(), format!("http://{household_at}").into());
        if let Some(url) = &self.postgres {
            identity.insert("database".to_owned(), url.clone().into());
            table(identity, "audit")?.insert("database".to_owned(), url.clone().into());
        }

        let gateway = table(&mut configuration, "gateway")?;
        table(gateway, "server")?.insert("listen".to_owned(), gateway_at.into());
        gateway.insert("public_url".to_owned(), public.into());
        let upstreams = [("household", household_at), ("identity", identity_at)];
        let upstreams =
            upstreams.map(|(name, at)| (name.to_owned(), format!("http://{at}").into()));
        gateway.insert("upstreams".to_owned(), Table::from_iter(upstreams).into());
        if let Some(url) = &self.postgres {
            table(gateway, "audit")?.insert("database".to_owned(), url.clone().into());
        }
        if let Some(url) = &self.redis {
            let counters =
                [("in", "redis"), ("url", url)].map(|(key, value)| (key.to_owned(), value.into()));
            gateway.insert("counters".to_owned(), Table::from_iter(counters).into());
        }
        if self.unlimited {
            let much = || {
                Table::from_iter(
                    [("per_second", 1_000_000), ("burst", 1_000_000)]
                        .map(|(key, value)| (key.to_owned(), value.into())),
                )
            };
            let rates =
                ["person", "client", "address", "all"].map(|name| (name.to_owned(), much().into()));
            gateway.insert("rates".to_owned(), Table::from_iter(rates).into());
        }
        Ok(configuration)
    }
}

fn table<'a>(parent: &'a mut Table, name: &str) -> Result<&'a mut Table, Failure> {
    let value = parent.entry(name).or_insert_with(|| Table::new().into());
    value
        .as_table_mut()
        .ok_or_else(|| format!("{name} is not a table").into())
}
