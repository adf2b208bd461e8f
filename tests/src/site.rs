//! The services as in production: a process each, reached over HTTP, on SQLite or on PostgreSQL and Redis.
//!
//! `lifeboat demo` writes keys and a configuration for one process; here it is divided among the services' own programs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use access::keys::SigningKey;
use serde_json::Value;
use tempfile::TempDir;
use test_support::process::Service;
use test_support::{ports, process};
use toml::Table;

use crate::Failure;
use crate::balancer::{Balancer, Place};

/// The services of a site that does not serve everything, in the order in which they start.
pub const SERVICES: [&str; 3] = ["household", "identity", "gateway"];

/// Programs that may sign in besides the demo's officer: name, kind, functions, clearances.
const PROGRAMS: [(&str, &str, Functions, &[&str]); 4] = [
    (
        "cleared-officer",
        "officer",
        Functions::All,
        &["protected-persons"],
    ),
    (
        "officer-elsewhere",
        "officer",
        Functions::These(&["forestry"]),
        &[],
    ),
    ("clinician", "clinician", Functions::All, &[]),
    // Of the employer of the first insured unit, too.
    (
        "agency-system",
        "agency-system",
        Functions::All,
        &["insured-unit:10000000"],
    ),
];

/// What a program works for.
#[derive(Clone, Copy)]
enum Functions {
    /// Every capability of the site.
    All,
    /// These alone.
    These(&'static [&'static str]),
}

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
    /// Whether each service has two copies behind a balancer; PostgreSQL and Redis are wanted then.
    pub two_copies: bool,
    /// Whether all capabilities of the packages are served, not household alone.
    pub everything: bool,
    /// Settings over those that the demo wrote: the service, and `key=value` as its `--set` takes it.
    pub settings: Vec<(&'static str, String)>,
}

/// Three running services. They end when it is dropped.
#[derive(Debug)]
pub struct Site {
    /// The gateway's URL.
    pub gateway: String,
    /// What the demo's ready file says of the officer's program.
    pub officer: Value,
    /// The keys of the other programs that may sign in.
    pub keys: BTreeMap<&'static str, SigningKey>,
    /// In the order in which they were started; a second copy is called `household-2`.
    services: Vec<(String, Service)>,
    balancers: Vec<(Balancer, Vec<Place>)>,
    settings: Vec<(&'static str, String)>,
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
        let keys = PROGRAMS
            .iter()
            .map(|(name, ..)| Ok((*name, SigningKey::generate_es256()?)))
            .collect::<Result<BTreeMap<_, _>, Failure>>()?;
        let mut site = Self {
            gateway: String::new(),
            officer: ready["officer"].clone(),
            keys,
            services: Vec::new(),
            balancers: Vec::new(),
            settings: on.settings.clone(),
            programs: programs.to_owned(),
            folder,
        };
        let copies = if on.two_copies { 2 } else { 1 };
        let mut own = BTreeMap::new();
        let mut seen: BTreeMap<&str, String> = BTreeMap::new();
        let mut capabilities = vec!["household".to_owned()];
        if on.everything {
            capabilities = serde_json::from_value(ready["capabilities"].clone())?;
        }
        let services: Vec<&str> = capabilities
            .iter()
            .map(String::as_str)
            .chain(["identity", "gateway"])
            .collect();
        for name in services.iter().copied() {
            let addresses: Vec<String> = (0..copies)
                .map(|_| format!("127.0.0.1:{}", ports::free()))
                .collect();
            let mut shown = addresses[0].clone();
            if on.two_copies {
                let balancer = Balancer::empty().await?;
                shown = balancer.address().to_string();
                let copies = addresses
                    .iter()
                    .map(|one| balancer.add(one.clone(), one.clone()));
                let copies = copies.collect();
                site.balancers.push((balancer, copies));
            }
            own.insert(name, addresses);
            seen.insert(name, shown);
        }
        site.gateway = format!("http://{}", seen["gateway"]);
        let mut configuration =
            on.applied_to(toml::from_str(&text)?, &capabilities, &seen, &site.keys)?;
        for name in services {
            let parts = match name {
                "identity" | "gateway" => &mut configuration,
                _ => table(&mut configuration, "capabilities")?,
            };
            let part = std::mem::take(table(parts, name)?);
            for (number, address) in own[name].iter().enumerate() {
                site.place(name, number, address, part.clone()).await?;
            }
        }
        let door = format!("{}/readyz", site.gateway);
        site.service("gateway")?.answers(&door, PATIENCE).await;
        Ok(site)
    }

    /// Configures and starts one copy.
    async fn place(
        &mut self,
        program: &str,
        number: usize,
        address: &str,
        mut part: Table,
    ) -> Result<(), Failure> {
        let server = table(&mut part, "server")?;
        server.insert("listen".to_owned(), address.into());
        // As many workers as the service itself finds right: the demo is content with one.
        server.remove("workers");
        let mut copy = program.to_owned();
        if number > 0 {
            copy = format!("{program}-{}", number + 1);
            if let Some(Ok(audit)) = part
                .get_mut("audit")
                .map(|audit| audit.as_table_mut().ok_or("audit is not a table"))
            {
                audit.insert("writer".to_owned(), copy.clone().into());
            }
        }
        self.configure(&copy, part)?;
        self.start_service(&copy)?;
        let readiness = self.readiness(&copy)?;
        self.service(&copy)?.answers(&readiness, PATIENCE).await;
        Ok(())
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

    /// Sets something over a service's configuration, from its next start on: `key=value` as its `--set` takes it.
    pub fn set(&mut self, service: &'static str, setting: String) {
        self.settings.push((service, setting));
    }

    /// Starts a service that has ended, with the same configuration, and does not wait for it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start_service(&mut self, name: &str) -> Result<(), Failure> {
        let program = name.strip_suffix("-2").unwrap_or(name);
        let service = self.spawn(program, name)?;
        self.services.retain(|(other, _)| other != name);
        self.services.push((name.to_owned(), service));
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
        let mut arguments = vec!["--config", file];
        for (_, setting) in self.settings.iter().filter(|(of, _)| *of == program) {
            arguments.extend(["--set", setting]);
        }
        Ok(Service::start(
            &self.programs.join(program),
            &arguments,
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

    /// Where a service says whether it is ready; but for the gateway's not to be reached from outside in production.
    ///
    /// # Errors
    /// When it has no configuration.
    pub fn readiness(&self, name: &str) -> Result<String, Failure> {
        let mut configuration: Table = toml::from_str(&std::fs::read_to_string(self.file(name))?)?;
        let server = table(table(&mut configuration, "service")?, "server")?;
        let listen = server
            .get("listen")
            .and_then(|value| value.as_str())
            .ok_or("the service listens nowhere")?;
        Ok(format!("http://{listen}/readyz"))
    }

    /// What the demo prepared: keys, stores, packages.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.folder.path().join("demo")
    }

    /// Every service, and its process id; a second copy is called `household-2`.
    #[must_use]
    pub fn processes(&self) -> BTreeMap<&str, u32> {
        self.services
            .iter()
            .map(|(name, service)| (name.as_str(), service.pid()))
            .collect()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.toml"))
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // The door first, so that nothing that is still asked fails inside; all of it at once where tests wait for it.
        for (_, service) in self.services.iter_mut().rev() {
            service.terminate();
        }
        while self.services.pop().is_some() {}
    }
}

/// Keys, configuration and SQLite stores.
fn prepare(program: &Path, snapshots: &Path, folder: &Path) -> Result<(), Failure> {
    let output = process::command(program)
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
        capabilities: &[String],
        at: &BTreeMap<&str, String>,
        keys: &BTreeMap<&'static str, SigningKey>,
    ) -> Result<Table, Failure> {
        let url_of = |name: &str| format!("http://{}", at[name]);
        let public = url_of("gateway");
        if let Some(url) = &self.postgres {
            for name in capabilities {
                let capability = table(table(&mut configuration, "capabilities")?, name)?;
                capability.insert("database".to_owned(), url.clone().into());
                let journal = table(capability, "journal")?;
                journal.insert("database".to_owned(), url.clone().into());
            }
        }

        let identity = table(&mut configuration, "identity")?;
        identity.insert("issuer".to_owned(), public.clone().into());
        table(identity, "household")?.insert("url".to_owned(), url_of("household").into());
        let clients = identity
            .get_mut("clients")
            .and_then(toml::Value::as_array_mut)
            .ok_or("identity has no clients")?;
        for (name, kind, functions, clearances) in PROGRAMS {
            let client = serde_json::json!({
                "client_id": name, "kind": kind, "jwk": keys[name].public_jwk(), "agency": "demo-agency",
                "functions": match functions {
                    Functions::All => serde_json::json!(capabilities),
                    Functions::These(these) => serde_json::json!(these),
                },
                "clearances": clearances,
            });
            clients.push(toml::Value::try_from(client)?);
        }
        if let Some(url) = &self.postgres {
            identity.insert("database".to_owned(), url.clone().into());
            table(identity, "audit")?.insert("database".to_owned(), url.clone().into());
        }

        let gateway = table(&mut configuration, "gateway")?;
        gateway.insert("public_url".to_owned(), public.into());
        let upstreams = capabilities
            .iter()
            .map(String::as_str)
            .chain(["identity"])
            .map(|name| (name.to_owned(), url_of(name).into()));
        gateway.insert("upstreams".to_owned(), upstreams.collect::<Table>().into());
        if let Some(url) = &self.postgres {
            table(gateway, "audit")?.insert("database".to_owned(), url.clone().into());
        }
        if let Some(url) = &self.redis {
            let counters =
                [("in", "redis"), ("url", url)].map(|(key, value)| (key.to_owned(), value.into()));
            let counters = Table::from_iter(counters);
            gateway.insert("counters".to_owned(), counters.clone().into());
            table(&mut configuration, "identity")?.insert("counters".to_owned(), counters.into());
        }
        if self.unlimited {
            let much = [("per_second", 1_000_000), ("burst", 1_000_000)]
                .map(|(key, value)| (key.to_owned(), toml::Value::from(value)));
            let much = Table::from_iter(much);
            for (service, whose) in [
                ("gateway", &["person", "client", "address", "all"][..]),
                ("identity", &["client", "address", "all"]),
            ] {
                let rates: Table = whose
                    .iter()
                    .map(|whose| ((*whose).to_owned(), much.clone().into()))
                    .collect();
                table(&mut configuration, service)?.insert("rates".to_owned(), rates.into());
            }
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
