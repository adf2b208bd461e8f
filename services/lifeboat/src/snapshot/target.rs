//! Which system, which database, whose signatures: what the commands have in common.

use std::path::{Path, PathBuf};

use ::snapshot::{AgencyKey, LoadOptions, Package, Store, System, Trust};
use clap::Args;

use super::settings::{Settings, Signatures};
use crate::outcome::Failure;

/// The database of a command.
#[derive(Debug, Args)]
pub(crate) struct DatabaseOption {
    /// The database: `postgres://…` or `sqlite://FOLDER` [default: `database` under [snapshot] in lifeboat.toml].
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

impl DatabaseOption {
    /// The snapshots of `system` there.
    pub(crate) fn store(&self, system: &System, settings: &Settings) -> Result<Store, Failure> {
        let url = self.database.as_ref().or(settings.database.as_ref()).ok_or_else(|| {
            Failure::usage("no database is named")
                .next("say --database postgres://… or --database sqlite://FOLDER, or set it under [snapshot] in lifeboat.toml")
        })?;
        Store::open(url, system).map_err(Failure::usage)
    }
}

/// Whose signatures a command believes.
#[derive(Debug, Args)]
pub(crate) struct TrustOptions {
    /// Public key of an agency (PEM); without AGENCY= of whichever agency the package names. May be repeated.
    #[arg(long = "agency-key", value_name = "[AGENCY=]FILE")]
    agency_keys: Vec<String>,
    /// Refuses packages that no enrolled key has signed.
    #[arg(long)]
    require_signature: bool,
}

impl TrustOptions {
    pub(crate) fn trust(&self, settings: &Settings) -> Result<Trust, Failure> {
        let mut trust = Trust::default();
        for (agency, files) in &settings.agency_keys {
            for file in files {
                trust = trust.with_key(Some(agency), read_key(file)?);
            }
        }
        for option in &self.agency_keys {
            let (agency, file) = match option.split_once('=') {
                Some((agency, file)) => (Some(agency), file),
                None => (None, option.as_str()),
            };
            trust = trust.with_key(agency, read_key(&PathBuf::from(file))?);
        }
        if self.require_signature || settings.signatures == Signatures::Required {
            trust = trust.requiring_signatures();
        }
        Ok(trust)
    }
}

/// How rows are let into a database.
#[derive(Debug, Args)]
pub(crate) struct LoadRules {
    /// Loads the good rows into the database, and writes the bad ones with reasons into this folder: one that is not there yet, is
    /// empty, or holds bad rows of an earlier load, which are replaced.
    #[arg(long, value_name = "FOLDER")]
    quarantine_dir: Option<PathBuf>,
    /// Loads a package although it is older than what is served.
    #[arg(long)]
    allow_older: bool,
    /// Loads a package although what is served is of another agency.
    #[arg(long)]
    allow_other_agency: bool,
    /// Loads a package that nobody vouches for although what is served has a good signature.
    #[arg(long)]
    allow_unsigned: bool,
    #[command(flatten)]
    trust: TrustOptions,
}

impl LoadRules {
    pub(crate) fn read(&self, settings: &Settings) -> Result<LoadOptions, Failure> {
        let mut trust = self.trust.trust(settings)?;
        if self.allow_other_agency {
            trust = trust.allowing_other_agency();
        }
        if self.allow_unsigned {
            trust = trust.allowing_unsigned();
        }
        Ok(LoadOptions {
            trust,
            quarantine: self.quarantine_dir.clone(),
            allow_older: self.allow_older,
            clock: runtime::clock::system(),
        })
    }
}

fn read_key(file: &Path) -> Result<AgencyKey, Failure> {
    let next = "enrol the agency's Ed25519 public key as PEM (openssl pkey -in agency.key -pubout -out agency.pem)";
    let wrong = |said: String| Failure::usage(format!("{}: {said}", file.display())).next(next);
    let pem = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    AgencyKey::from_pem(&pem).map_err(|fault| wrong(fault.to_string()))
}

/// The system of that name.
pub(crate) fn system<'a>(name: &str, systems: &'a [System]) -> Result<&'a System, Failure> {
    systems
        .iter()
        .find(|system| system.name == name)
        .ok_or_else(|| {
            let known: Vec<_> = systems.iter().map(|system| system.name).collect();
            Failure::usage(format!("this program does not know the system `{name}`")).next(format!(
                "use one of the systems it knows: {}",
                known.join(", ")
            ))
        })
}

/// Opens a package; what is wrong with it is shown.
pub(crate) fn open(dir: &Path, json: bool) -> Result<Package, Failure> {
    Package::open(dir).map_err(|faults| super::show::faulty(&faults, json))
}
