//! Opens a vault for those who look after it: on the backup host, with the repository key and no custodian.

use std::path::PathBuf;

use clap::Args;
use vault::backup::Vault;
use vault::keep::Keeper;

use crate::outcome::Failure;
use crate::restore::{failure, whereabouts};

/// Which vault.
#[derive(Debug, Args)]
pub(crate) struct KeeperOptions {
    /// The vault's settings.
    #[arg(long, value_name = "FILE", default_value = "vault.toml")]
    pub(crate) vault: PathBuf,
}

pub(crate) fn vault(options: &KeeperOptions) -> Result<Vault, Failure> {
    Vault::open(&options.vault).map_err(|error| {
        Failure::usage(error)
            .next("run it on the backup host, with --vault FILE and the state folder that it names")
    })
}

pub(crate) async fn keeper(options: &KeeperOptions) -> Result<(Keeper, Vault), Failure> {
    let vault = vault(options)?;
    let place = whereabouts(&vault.settings);
    let clock = runtime::clock::system();
    let keeper = Keeper::open(&place, vault.repository_key().clone(), &clock).await;
    Ok((keeper.map_err(|error| failure(&error))?, vault))
}
