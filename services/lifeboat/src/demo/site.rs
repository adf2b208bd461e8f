//! The emergency site of the demo: its settings, keys and stores, all inside the demo's folder.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::ops::Range;
use std::path::PathBuf;

use capability::{Capability, SampleApplication};
use chrono::NaiveDate;
use sea_orm::DatabaseConnection;
use serde_json::{Map, Value, json};
use snapshot::{PoolOptions, Store};

use super::folder::Folder;
use super::keys::{KeyFiles, private, random_base64};
use super::ready_file::{Officer, ReadyFile};
use super::sources::Sources;
use crate::client::RegistryFacts;
use crate::outcome::Failure;
use crate::registry;
use crate::settings::Settings;
use crate::stack::Stack;

/// The officer's program that the demo registers.
const OFFICER: &str = "demo-officer";

/// The vault that the journals are kept in while the site serves.
pub(crate) const JOURNAL_VAULT: &str = "journal-host/vault.toml";

/// People who are looked at for one who could file something everywhere.
const CANDIDATES: u64 = 300;

/// Where a port is looked for that nobody named, and how often.
const PORTS: Range<u16> = 20_000..32_768;
const PORTS_TRIED: u32 = 100;

/// What somebody could file, by capability.
pub(crate) type Samples = Vec<(&'static str, SampleApplication)>;

/// Where everything is.
pub(crate) struct Site {
    configuration: PathBuf,
    stores: PathBuf,
    keys: KeyFiles,
}

impl Site {
    /// Makes keys, and writes the configuration that `lifeboat up` would take just as well.
    pub(crate) fn prepare(
        folder: &Folder,
        listen: SocketAddr,
        sources: &Sources,
    ) -> Result<Self, Failure> {
        let site = Self {
            configuration: folder.join("lifeboat.toml"),
            stores: stores(folder)?,
            keys: KeyFiles::make(
                &folder.make("keys")?,
                sources
                    .known
                    .iter()
                    .map(|source| source.system.name)
                    .chain(["identity", "gateway"]),
            )?,
        };
        let text = toml::to_string_pretty(&site.configuration(folder, listen, sources)?)?;
        private(&site.configuration, &text)?;
        Ok(site)
    }

    fn configuration(
        &self,
        folder: &Folder,
        listen: SocketAddr,
        sources: &Sources,
    ) -> Result<Value, Failure> {
        let gateway = settled(listen)?;
        let household = settled(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        let audit = format!("sqlite://{}", folder.join("audit.sqlite").display());
        let trusted = &self.keys.trusted_services;
        let nonce_key = random_base64()?;
        let functions: Vec<&str> = sources
            .known
            .iter()
            .map(|source| source.system.name)
            .collect();
        let journals = folder.make("journals")?;
        let mut capabilities = Map::new();
        for name in &functions {
            let listen = if *name == "household" {
                household
            } else {
                SocketAddr::from(([127, 0, 0, 1], 0))
            };
            capabilities.insert(
                (*name).to_owned(),
                json!({
                    "database": self.store_url(),
                    "trusted_services_file": trusted,
                    "internal_key_file": self.keys.services[*name],
                    "journal": {
                        "database": format!("sqlite://{}", journals.join(format!("{name}.sqlite")).display()),
                        "receipt_key_file": self.keys.receipts[*name],
                    },
                    "server": { "listen": listen, "workers": 1, "drain_delay_ms": 0 },
                }),
            );
        }
        Ok(json!({
            "journal_backup": {
                "vault": folder.join(JOURNAL_VAULT),
                "spool": folder.join("journal-host/spool"),
            },
            "failback": { "signing_key_file": self.keys.failback },
            "capabilities": capabilities,
            "identity": {
                "issuer": format!("http://{gateway}"),
                "database": format!("sqlite://{}", folder.join("identity.sqlite").display()),
                "sealing_key_file": self.keys.sealing,
                "nonce_key": nonce_key,
                "trusted_services_file": trusted,
                "internal_key_file": self.keys.services["identity"],
                "household": { "url": format!("http://{household}") },
                "audit": { "database": audit },
                "server": { "workers": 1, "drain_delay_ms": 0 },
                "clients": [{
                    "client_id": OFFICER,
                    "jwk": self.keys.officer_public,
                    "kind": "officer",
                    "agency": "demo-household-office",
                    "post": "registrar",
                    "functions": functions,
                }],
            },
            "gateway": {
                "server": { "listen": gateway, "workers": 1, "drain_delay_ms": 0 },
                "public_url": format!("http://{gateway}"),
                "upstreams": {},
                "tokens": { "nonce_key": nonce_key },
                "internal": {
                    "key_file": self.keys.services["gateway"],
                    "trusted_services_file": trusted,
                },
                "audit": { "database": audit },
            },
        }))
    }

    /// What is served.
    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        Ok(Settings::read(Some(&self.configuration))?)
    }

    /// Where the gateway is and who can sign in.
    pub(crate) fn ready_file(
        &self,
        stack: &Stack,
        citizen: RegistryFacts,
        sources: &Sources,
    ) -> Result<ReadyFile, Failure> {
        let gateway = stack
            .gateway()
            .ok_or_else(|| Failure::failed("the gateway did not start"))?;
        Ok(ReadyFile {
            gateway: gateway.as_str().trim_end_matches('/').to_owned(),
            citizen,
            officer: Officer {
                client_id: OFFICER.to_owned(),
                key_file: self.keys.officer.clone(),
            },
            timings: BTreeMap::new(),
            capabilities: sources
                .known
                .iter()
                .map(|source| source.system.name.to_owned())
                .collect(),
        })
    }

    fn store_url(&self) -> String {
        format!("sqlite://{}", self.stores.display())
    }

    /// Somebody in the register who can sign in, and what they could file: of the first people in it the one with the
    /// most.
    pub(crate) async fn sample_citizen(
        &self,
        sources: &Sources,
        today: NaiveDate,
    ) -> Result<(RegistryFacts, Samples), Failure> {
        let register = self.records(&household::CAPABILITY).await?;
        let people = household::sample::citizens(&register, CANDIDATES).await?;
        register.close().await?;
        let served = sources.known.iter();
        let served = served.filter_map(|source| registry::find(source.system.name));
        let askable: Vec<_> = served.filter_map(|one| Some((one, one.sample?))).collect();
        let mut records = Vec::new();
        for (capability, sample) in &askable {
            records.push((capability.name, *sample, self.records(capability).await?));
        }
        let mut best: Option<(RegistryFacts, Samples)> = None;
        for citizen in people {
            let mut samples = Samples::new();
            for (name, sample, database) in &records {
                let found = sample(database, citizen.national_id.into(), today).await?;
                samples.extend(found.map(|found| (*name, found)));
            }
            let facts = RegistryFacts {
                national_id: citizen.national_id.to_string(),
                birth_date: citizen.birth_date.to_string(),
                household_no: citizen.household_no.to_string(),
                id_card_issued_on: citizen.id_card_issued_on.to_string(),
            };
            let all = samples.len() == records.len();
            if best
                .as_ref()
                .is_none_or(|(_, before)| before.len() < samples.len())
            {
                best = Some((facts, samples));
            }
            if all {
                break;
            }
        }
        for (_, _, database) in records {
            database.close().await?;
        }
        best.ok_or_else(|| Failure::failed("nobody in the register has an identity card"))
    }

    /// The restored records of a capability.
    async fn records(&self, capability: &Capability) -> Result<DatabaseConnection, Failure> {
        let store = Store::open(&self.store_url(), &capability.system())?;
        let active = store
            .active()
            .await?
            .ok_or_else(|| Failure::failed(format!("{} is not loaded", capability.name)))?;
        Ok(store.connect(&active, &PoolOptions::default()).await?)
    }
}

/// The folder of what is served, a folder in it for each system.
pub(crate) fn stores(folder: &Folder) -> Result<PathBuf, Failure> {
    folder.make("stores")
}

/// `wanted`, with a free port where it leaves the port open: addresses must be known before the services start, since
/// tokens name them. The port is below those that a kernel takes for connections of its own accord (from 32768 on, or 49152), so
/// that it is still free when a service comes to listen there.
fn settled(mut wanted: SocketAddr) -> Result<SocketAddr, Failure> {
    if wanted.port() != 0 {
        return Ok(wanted);
    }
    for _ in 0..PORTS_TRIED {
        wanted.set_port(fastrand::u16(PORTS));
        if std::net::TcpListener::bind(wanted).is_ok() {
            return Ok(wanted);
        }
    }
    Err(Failure::failed(format!(
        "no port from {} to {} is free on {}",
        PORTS.start,
        PORTS.end - 1,
        wanted.ip()
    )))
}
