//! A vault as its backup host knows it.

use std::path::Path;
use std::sync::Arc;

use runtime::clock::SharedClock;

use super::journal::Record;
use super::ledger::Ledger;
use super::{BackupError, Settings, State};
use crate::cloud::{self, Cloud, CloudError};
use crate::object::{Descriptor, Hash32, RepositoryKey};

/// Settings, state and keys of a vault.
#[derive(Debug)]
pub struct Vault {
    /// `vault.toml`.
    pub settings: Settings,
    /// The state folder.
    pub state: State,
    /// What the repository is.
    pub descriptor: Descriptor,
    /// The hash of the descriptor.
    pub fingerprint: Hash32,
    pub(crate) key: RepositoryKey,
}

/// The clouds that could be opened, and why the others could not.
#[derive(Debug, Default)]
pub struct OpenClouds {
    /// Opened; nothing was asked of them yet.
    pub clouds: Vec<Arc<dyn Cloud>>,
    /// Not opened.
    pub faults: Vec<CloudError>,
}

impl Vault {
    /// Reads settings and state, and holds them together.
    ///
    /// # Errors
    /// When something cannot be read, or the state is of another vault than the settings.
    pub fn open(path: &Path) -> Result<Self, BackupError> {
        let settings = Settings::load(path)?;
        let wrong = |what: &str| BackupError::Settings {
            path: path.to_owned(),
            what: what.to_owned(),
        };
        let state = State::new(&settings.vault.state);
        let (descriptor, fingerprint) = state.descriptor()?;
        if fingerprint != settings.vault.fingerprint {
            return Err(wrong("the state folder is another vault's (fingerprint)"));
        }
        let ids = settings.clouds.iter().map(|cloud| cloud.id);
        if descriptor.repository != settings.vault.repository
            || descriptor.need != settings.vault.need
            || !ids.eq(descriptor.cloud_ids.iter().copied())
        {
            return Err(wrong(
                "repository, need and the clouds' ids and order are not those that the vault was made with",
            ));
        }
        let key = state.repository_key()?;
        Ok(Self {
            settings,
            state,
            descriptor,
            fingerprint,
            key,
        })
    }

    /// The key that names objects and opens catalogues.
    #[must_use]
    pub fn repository_key(&self) -> &RepositoryKey {
        &self.key
    }

    /// Opens its clouds.
    #[must_use]
    pub fn clouds(&self, clock: &SharedClock) -> OpenClouds {
        let mut open = OpenClouds::default();
        for (number, entry) in (1..).zip(&self.settings.clouds) {
            match cloud::open(&entry.settings, number, clock) {
                Ok(cloud) => open.clouds.push(cloud),
                Err(fault) => open.faults.push(fault),
            }
        }
        open
    }

    /// Notes that everything which the newest generation's restore points need is on this cloud again.
    ///
    /// # Errors
    /// When a run is at work or the state folder cannot be written.
    pub fn healed(&self, cloud: u8) -> Result<(), BackupError> {
        let _lock = self.state.lock()?;
        let generation = self.state.newest_generation()?;
        let ledger = Ledger::open(&self.state.generation(generation).journal())?;
        ledger.record(Record::Healed { cloud })
    }
}
