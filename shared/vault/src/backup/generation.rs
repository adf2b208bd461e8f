//! Which generation a run belongs to, and beginning a new one.

use std::fs;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};

use super::error::At as _;
use super::fleet::Fleet;
use super::journal::Record;
use super::ledger::Ledger;
use super::state::{GenerationState, State};
use super::vault::Vault;
use super::{BackupError, Observer, Step, files};
use crate::keys::GenerationPublic;
use crate::object::{
    Envelope, Generation, Keyring, ObjectFault, ObjectKind, SigningKeys, VerifyingKeys,
};

/// The generation of a run.
#[derive(Debug)]
pub(crate) struct Current {
    pub(crate) number: Generation,
    pub(crate) public: GenerationPublic,
    pub(crate) state: GenerationState,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) is_new: bool,
}

/// The newest generation whose keyring is on the clouds.
pub(crate) fn newest(state: &State) -> Result<Generation, BackupError> {
    let newest = state.newest_generation()?;
    if state.generation(newest).keyring_file().exists() {
        return Ok(newest);
    }
    // Its making was interrupted.
    let before = newest.get().checked_sub(1).and_then(Generation::new);
    before.ok_or_else(|| ObjectFault::new("state folder", "keyring", "missing").into())
}

/// The newest generation.
pub(crate) fn open(
    state: &State,
    number: Generation,
    keys: &VerifyingKeys,
) -> Result<(Current, DateTime<Utc>), BackupError> {
    let generation = state.generation(number);
    let keyring = generation.keyring(keys)?;
    let current = Current {
        number,
        public: keyring.generation_public,
        ledger: Arc::new(Ledger::open(&generation.journal())?),
        state: generation,
        is_new: false,
    };
    Ok((current, keyring.created))
}

/// Whether a generation that began at `created` is old enough for a new one.
pub(crate) fn is_over(created: DateTime<Utc>, now: DateTime<Utc>, days: u32) -> bool {
    now.signed_duration_since(created) >= TimeDelta::days(days.into())
}

/// Makes a keyring, keeps it, puts it on the clouds. One that was made before a crash is used again.
pub(crate) async fn begin(
    vault: &Vault,
    fleet: &Fleet,
    number: Generation,
    signing: &SigningKeys,
    now: DateTime<Utc>,
    observer: &dyn Observer,
) -> Result<Current, BackupError> {
    let state = vault.state.generation(number);
    state.create()?;
    let fresh = state.new_keyring_file();
    if !fresh.exists() {
        let bytes = sealed_keyring(vault, number, signing, now)?;
        files::write(&fresh, &bytes).at(&fresh)?;
    }
    observer.reached(Step::KeyringMade).at(&fresh)?;
    let bytes = Bytes::from(fs::read(&fresh).at(&fresh)?);
    let holders = fleet
        .put(|member| Some((member.names.keyring(number), bytes.clone())))
        .await;
    fleet.enough(holders, "took the keyring of the new generation")?;
    observer.reached(Step::KeyringPut).at(&fresh)?;
    let kept = state.keyring_file();
    files::write(&kept, &bytes).at(&kept)?;
    fs::remove_file(&fresh).at(&fresh)?;
    let (current, _) = open(&vault.state, number, &signing.verifying()?)?;
    Ok(Current {
        is_new: true,
        ..current
    })
}

/// A new generation's keyring, signed; its secret half exists nowhere else afterwards.
pub(crate) fn sealed_keyring(
    vault: &Vault,
    number: Generation,
    signing: &SigningKeys,
    now: DateTime<Utc>,
) -> Result<Vec<u8>, BackupError> {
    let (master, repository) = (&vault.descriptor.master, vault.descriptor.repository);
    let (keyring, _) = Keyring::create(master, repository, number, &vault.key, now)?;
    let envelope = Envelope::seal(ObjectKind::Keyring, &keyring.to_bytes()?, signing)?;
    Ok(envelope.to_bytes()?)
}

impl Current {
    /// Carries over where the chain of heads stands.
    pub(crate) fn follow(
        &self,
        before: &Ledger,
        run: crate::object::Run,
    ) -> Result<(), BackupError> {
        if self.ledger.contents().ended.is_some() {
            return Ok(());
        }
        let Some(ended) = before.contents().ended else {
            return Ok(());
        };
        self.ledger.record(Record::Ended {
            run,
            sequence: ended.sequence,
            hash: ended.hash,
            holders: ended.holders,
            figures: ended.figures,
        })
    }
}
