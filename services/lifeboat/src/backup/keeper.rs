//! Opens a vault for those who look after it: on the backup host with its repository key, and where that host is lost with as many
//! custodians as a restore needs, who give the same key from the keyring on the clouds.

use std::path::PathBuf;

use clap::Args;
use vault::backup::{Settings, Vault};
use vault::keep::Keeper;

use crate::outcome::Failure;
use crate::restore::{CustodianOptions, Given, failure, warn, whereabouts};

/// Which vault.
#[derive(Debug, Args)]
pub(crate) struct KeeperOptions {
    /// The vault's settings; where the backup host is lost, a copy of them.
    #[arg(long, value_name = "FILE", default_value = "vault.toml")]
    pub(crate) vault: PathBuf,
    #[command(flatten)]
    custodians: CustodianOptions,
}

/// What is known of a vault here.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) settings: Settings,
    /// On the backup host: its keys and journal.
    pub(crate) host: Option<Vault>,
    /// What custodians gave.
    pub(crate) given: Given,
}

impl Known {
    pub(crate) fn read(options: &KeeperOptions) -> Result<Self, Failure> {
        let file = "name the vault's settings with --vault FILE; custodians have copies of them";
        let settings = Settings::load(&options.vault);
        let settings = settings.map_err(|error| Failure::usage(error).next(file))?;
        let is_host = settings.vault.state.exists();
        let host = is_host.then(|| Vault::open(&options.vault)).transpose();
        Ok(Self {
            settings,
            host: host.map_err(|error| {
                Failure::usage(error).next(
                    "the state folder is not as the backup host left it; move it away to go on with custodians alone",
                )
            })?,
            given: options.custodians.read()?,
        })
    }

    /// The vault where it is.
    pub(crate) async fn keeper(&self) -> Result<Keeper, Failure> {
        self.keeper_at(&self.settings).await
    }

    /// The vault where other settings of it say that it is.
    pub(crate) async fn keeper_at(&self, settings: &Settings) -> Result<Keeper, Failure> {
        let place = whereabouts(settings);
        let clock = runtime::clock::system();
        let keeper = match &self.host {
            Some(vault) => Keeper::open(&place, vault.repository_key().clone(), &clock).await,
            None if self.given.is_empty() => return Err(self.stranger()),
            None => {
                warn(&self.without_state());
                Keeper::with_custodians(&place, |master| self.given.gather(master), &clock).await
            }
        };
        keeper.map_err(|error| failure(&error))
    }

    fn without_state(&self) -> String {
        let state = self.settings.vault.state.display();
        format!("{state} is not here, so that this is not the backup host")
    }

    fn stranger(&self) -> Failure {
        Failure::usage(self.without_state()).next(
            "run it on the backup host; where that is lost, add --custodian FILE for as many custodians as a restore needs",
        )
    }
}
