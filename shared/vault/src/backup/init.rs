//! Making a vault.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::join_all;
use runtime::clock::SharedClock;

use super::error::At as _;
use super::settings::{self, CloudEntry, Settings, VaultSettings};
use super::vault::Vault;
use super::{BackupError, State, files, generation};
use crate::cloud::{self, Cloud, CloudError, CloudSettings};
use crate::keys::MasterPublic;
use crate::object::{
    CloudId, CloudNumber, Descriptor, Generation, Names, RepositoryId, RepositoryKey, SigningKeys,
};

/// What a new vault is made of.
#[derive(Debug, Clone)]
pub struct InitOptions {
    /// Where `vault.toml` is written; it must not be there yet.
    pub vault: PathBuf,
    /// The clouds, in the order of their numbers.
    pub clouds: Vec<CloudSettings>,
    /// k: how many of them are enough.
    pub need: u8,
    /// The ceremony's `master.pub`.
    pub master: MasterPublic,
    /// The state folder, relative to `vault.toml`; `state` unless said.
    pub state: Option<PathBuf>,
    /// Tells the time.
    pub clock: SharedClock,
}

/// A vault that was made.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Initialised {
    /// The repository.
    pub repository: String,
    /// The hash of its descriptor, pinned in `vault.toml`: give it to the custodians.
    pub fingerprint: String,
    /// The fingerprint of the master key.
    pub master: String,
    /// k.
    pub need: u8,
    /// The clouds, by name.
    pub clouds: Vec<String>,
    /// Where the host's keys and journal are.
    pub state: PathBuf,
}

/// Makes a vault: its keys in the state folder, its descriptor and first keyring on every cloud, and at the end `vault.toml`.
///
/// # Errors
/// When the file or the state is there already, or not every cloud takes part; what was put on clouds is taken back then
/// where they allow it.
pub async fn init(options: &InitOptions) -> Result<Initialised, BackupError> {
    let wrong = |what: String| BackupError::Settings {
        path: options.vault.clone(),
        what,
    };
    if options.vault.exists() {
        return Err(wrong(
            "is there already; a vault is never made over another".to_owned(),
        ));
    }
    let folder = options.vault.parent().unwrap_or(Path::new("")).to_owned();
    let relative = options.state.clone().unwrap_or_else(settings::state);
    let state = State::new(&folder.join(&relative));
    if fs::read_dir(state.folder()).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(wrong(format!(
            "the state folder {} is not empty",
            state.folder().display()
        )));
    }
    let made = Made::new(options, relative)?;
    let text = made.settings.to_text().map_err(wrong)?;
    let clouds = open_all(options)?;
    everyone(
        &clouds,
        |cloud| async move { cloud.folders("").await.map(drop) },
    )
    .await?;
    made.keep(&state)?;
    let vault = Vault {
        settings: made.settings.clone(),
        state: state.clone(),
        descriptor: made.descriptor.clone(),
        fingerprint: made.settings.vault.fingerprint,
        key: made.key.clone(),
    };
    if let Err(error) = made.publish(&vault, &clouds, &options.clock).await {
        made.take_back(&clouds).await;
        // Nothing of it is of any use.
        let _ = fs::remove_dir_all(state.folder());
        return Err(error);
    }
    files::make_folder(&folder).at(&folder)?;
    files::write_new(&options.vault, text.as_bytes()).at(&options.vault)?;
    Ok(Initialised {
        repository: made.descriptor.repository.to_string(),
        fingerprint: made.settings.vault.fingerprint.to_string(),
        master: options.master.fingerprint().to_string(),
        need: options.need,
        clouds: options.clouds.iter().map(|one| one.name.clone()).collect(),
        state: state.folder().to_owned(),
    })
}

fn open_all(options: &InitOptions) -> Result<Vec<Arc<dyn Cloud>>, BackupError> {
    let mut clouds = Vec::new();
    let mut faults = Vec::new();
    for (number, settings) in (1..).zip(&options.clouds) {
        let opened = cloud::prepare(settings, number)
            .and_then(|()| cloud::open(settings, number, &options.clock));
        match opened {
            Ok(cloud) => clouds.push(cloud),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() {
        Ok(clouds)
    } else {
        Err(BackupError::NotEveryCloud(faults))
    }
}

/// Does something on every cloud; fails with all that failed.
async fn everyone<F: Future<Output = Result<(), CloudError>>>(
    clouds: &[Arc<dyn Cloud>],
    act: impl Fn(Arc<dyn Cloud>) -> F,
) -> Result<(), BackupError> {
    let done = join_all(clouds.iter().map(|cloud| act(Arc::clone(cloud)))).await;
    let faults: Vec<CloudError> = done.into_iter().filter_map(Result::err).collect();
    if faults.is_empty() {
        Ok(())
    } else {
        Err(BackupError::NotEveryCloud(faults))
    }
}

/// A vault's parts, before anyone else knows of them.
#[derive(Debug)]
struct Made {
    settings: Settings,
    descriptor: Descriptor,
    envelope: crate::object::Envelope,
    key: RepositoryKey,
    signing: SigningKeys,
}

impl Made {
    fn new(options: &InitOptions, state: PathBuf) -> Result<Self, BackupError> {
        let key = RepositoryKey::generate()?;
        let signing = SigningKeys::generate()?;
        let ids = options.clouds.iter().map(|_| CloudId::generate());
        let ids = ids.collect::<Result<Vec<_>, _>>()?;
        let descriptor = Descriptor::new(
            RepositoryId::generate()?,
            options.clock.now(),
            options.need,
            ids.clone(),
            &signing.verifying()?,
            options.master.clone(),
        )?;
        let envelope = descriptor.seal(&signing)?;
        let entries = ids.into_iter().zip(&options.clouds);
        let settings = Settings {
            vault: VaultSettings {
                repository: descriptor.repository,
                fingerprint: envelope.hash(),
                need: options.need,
                state,
                generation_days: settings::generation_days(),
                head_valid_days: settings::head_valid_days(),
                compression_level: settings::compression_level(),
                straggler_seconds: settings::straggler_seconds(),
            },
            clouds: entries
                .map(|(id, cloud)| CloudEntry {
                    id,
                    settings: cloud.clone(),
                })
                .collect(),
        };
        settings.check().map_err(|what| BackupError::Settings {
            path: options.vault.clone(),
            what,
        })?;
        Ok(Self {
            settings,
            descriptor,
            envelope,
            key,
            signing,
        })
    }

    fn keep(&self, state: &State) -> Result<(), BackupError> {
        let own = self.envelope.clone().for_cloud(CloudNumber::FIRST);
        state.create(&own.to_bytes()?, &self.key, &self.signing)?;
        state.generation(Generation::FIRST).create()
    }

    fn names(&self, number: u8) -> Option<(CloudNumber, Names)> {
        let number = CloudNumber::new(number)?;
        let id = self.descriptor.cloud_id(number)?;
        let names = Names::new(&self.key, self.descriptor.repository, id, number);
        Some((number, names))
    }

    async fn publish(
        &self,
        vault: &Vault,
        clouds: &[Arc<dyn Cloud>],
        clock: &SharedClock,
    ) -> Result<(), BackupError> {
        let keyring =
            generation::sealed_keyring(vault, Generation::FIRST, &self.signing, clock.now())?;
        let keyring = Bytes::from(keyring);
        let mut objects = Vec::new();
        for cloud in clouds {
            if let Some((number, names)) = self.names(cloud.number()) {
                let own = self.envelope.clone().for_cloud(number);
                objects.push((names, Bytes::from(own.to_bytes()?)));
            }
        }
        let objects = &objects;
        let keyring = &keyring;
        everyone(clouds, |cloud| async move {
            let place = usize::from(cloud.number()) - 1;
            let Some((names, descriptor)) = objects.get(place) else {
                return Ok(());
            };
            cloud
                .put_new(&names.keyring(Generation::FIRST), keyring.clone())
                .await?;
            cloud
                .put_new(&names.descriptor(), descriptor.clone())
                .await
                .map(drop)
        })
        .await?;
        let path = vault.state.generation(Generation::FIRST).keyring_file();
        files::write_new(&path, keyring).at(&path)
    }

    async fn take_back(&self, clouds: &[Arc<dyn Cloud>]) {
        for cloud in clouds {
            if let Some((_, names)) = self.names(cloud.number()) {
                for name in [names.descriptor(), names.keyring(Generation::FIRST)] {
                    if let Err(left) = cloud.delete(&name).await {
                        tracing::warn!(%left, "an object of the vault that was not made stays on a cloud");
                    }
                }
            }
        }
    }
}
