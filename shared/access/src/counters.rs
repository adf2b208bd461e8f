//! Where used proofs and rates are counted.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

use crate::store::{SharedStore, StoreRefused};

/// Where a service counts used proofs and rates, as its configuration says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", tag = "in")]
pub enum Counters {
    /// In this process: right for one copy of the service.
    #[default]
    Memory,
    /// In Redis, shared by all copies.
    Redis {
        /// `redis://…`, or `rediss://…` by TLS.
        url: SecretString,
        /// PEM file with the authorities of its certificate; without it those that the machine knows.
        #[serde(default)]
        ca_file: Option<PathBuf>,
    },
}

impl Counters {
    /// The store that all copies share; none where each counts for itself.
    ///
    /// # Errors
    /// [`StoreRefused`].
    pub async fn store(&self) -> Result<Option<SharedStore>, StoreRefused> {
        match self {
            Self::Memory => Ok(None),
            Self::Redis { url, ca_file } => {
                SharedStore::open(url, ca_file.as_deref()).await.map(Some)
            }
        }
    }
}
