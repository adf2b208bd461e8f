//! Where used proofs and rates are counted.

use secrecy::SecretString;
use serde::Deserialize;

use crate::store::{NotARedis, SharedStore};

/// Where a service counts used proofs and rates, as its configuration says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", tag = "in")]
pub enum Counters {
    /// In this process: right for one copy of the service.
    #[default]
    Memory,
    /// In Redis, shared by all copies.
    Redis {
        /// `redis://…`.
        url: SecretString,
    },
}

impl Counters {
    /// The store that all copies share; none where each counts for itself.
    ///
    /// # Errors
    /// [`NotARedis`].
    pub async fn store(&self) -> Result<Option<SharedStore>, NotARedis> {
        match self {
            Self::Memory => Ok(None),
            Self::Redis { url } => SharedStore::open(url).await.map(Some),
        }
    }
}
