//! What identity keeps in its database, opened together: the store, and the keys in it.

use chrono::TimeDelta;
use database::{OpenError, Place};
use runtime::clock::SharedClock;
use runtime::process::StartError;
use secrecy::{ExposeSecret, SecretString};

use crate::keys::{KeyFault, Keys, SealingKey};
use crate::settings::Settings;
use crate::start::read;
use crate::store::{Store, StoreFault};

/// Why they were not opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoredFault {
    /// The database is not there, or not up to date.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// It was there, and does not answer.
    #[error(transparent)]
    Away(#[from] StoreFault),
    /// It answers, and its keys are not what these settings open.
    #[error(transparent)]
    Keys(KeyFault),
}

impl From<KeyFault> for StoredFault {
    fn from(fault: KeyFault) -> Self {
        match fault {
            KeyFault::Store(away) => Self::Away(away),
            other => Self::Keys(other),
        }
    }
}

/// How to open them.
#[derive(Debug)]
pub(crate) struct Stored {
    database: SecretString,
    connections: u32,
    sealing: SecretString,
    clock: SharedClock,
    period: TimeDelta,
    token_life: TimeDelta,
}

impl Stored {
    /// As the settings say.
    ///
    /// # Errors
    /// When the URL is of no known kind, or the sealing key cannot be read.
    pub(crate) fn of(settings: &Settings, clock: SharedClock) -> Result<Self, StartError> {
        Place::of(settings.database.expose_secret())?;
        let sealing = SecretString::from(read(&settings.sealing_key_file)?);
        SealingKey::parse(&sealing)?;
        let lifetimes = settings.lifetimes;
        Ok(Self {
            database: settings.database.clone(),
            connections: settings.limits.database_connections,
            sealing,
            clock,
            period: TimeDelta::hours(i64::from(lifetimes.signing_key_h)),
            token_life: TimeDelta::seconds(i64::from(lifetimes.access_token_s)),
        })
    }

    /// Opens the store, brings it up to date, and loads the keys.
    pub(crate) async fn open(&self) -> Result<(Store, Keys), StoredFault> {
        let store = Store::open(self.database.expose_secret(), self.connections).await?;
        let sealing = SealingKey::parse(&self.sealing).map_err(KeyFault::from)?;
        let keys = Keys::open(
            store.clone(),
            sealing,
            self.clock.clone(),
            self.period,
            self.token_life,
        )
        .await?;
        Ok((store, keys))
    }
}
