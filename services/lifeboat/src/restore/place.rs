//! Where the vault is: `vault.toml`, or nothing but the clouds' URLs.

use std::path::{Path, PathBuf};

use clap::Args;
use url::Url;
use vault::backup::Settings;
use vault::cloud::CloudSettings;
use vault::object::Hash32;
use vault::restore::Whereabouts;

use crate::outcome::Failure;

/// Where the vault is.
#[derive(Debug, Args)]
pub(crate) struct PlaceOptions {
    /// The vault's settings [default: ./vault.toml, where no --cloud is named].
    #[arg(long, value_name = "FILE", conflicts_with = "cloud")]
    vault: Option<PathBuf>,
    /// A cloud, when vault.toml is lost: file:///…, s3://…, az://… or gs://…; repeat for each.
    #[arg(long, value_name = "URL")]
    cloud: Vec<Url>,
    /// The fingerprint of the vault, where vault.toml is lost and people know it.
    #[arg(long, value_name = "HEX", requires = "cloud")]
    fingerprint: Option<Hash32>,
}

/// Where the vault is, and what its host knows of the newest backup.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) whereabouts: Whereabouts,
    pub(crate) witness_log: Option<PathBuf>,
}

impl PlaceOptions {
    pub(crate) fn read(&self) -> Result<Place, Failure> {
        if !self.cloud.is_empty() {
            let clouds = self
                .cloud
                .iter()
                .map(|url| CloudSettings::new(url.as_str(), url.clone()));
            return Ok(Place {
                whereabouts: Whereabouts::new(clouds.collect(), self.fingerprint),
                witness_log: None,
            });
        }
        let path = self
            .vault
            .clone()
            .unwrap_or_else(|| PathBuf::from("vault.toml"));
        Self::of(&path)
    }

    fn of(path: &Path) -> Result<Place, Failure> {
        let settings = Settings::load(path).map_err(|error| {
            Failure::usage(error)
                .next("name the vault's settings with --vault FILE, or its clouds with --cloud URL")
        })?;
        let log = settings.vault.state.join("witness.log");
        Ok(Place {
            whereabouts: whereabouts(&settings),
            witness_log: log.is_file().then_some(log),
        })
    }
}

/// Where `vault.toml` says that the vault is.
pub(crate) fn whereabouts(settings: &Settings) -> Whereabouts {
    let clouds = settings.clouds.iter().map(|cloud| cloud.settings.clone());
    Whereabouts::new(clouds.collect(), Some(settings.vault.fingerprint))
}
