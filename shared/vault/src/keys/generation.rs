//! Generation keys, and the keyring that seals them to the master key.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::hpke::{HpkeFault, PublicKey, decapsulate, encapsulate};
use super::master::{MasterPublic, MasterSecret};
use crate::object::primitives::{DoesNotOpen, ONCE, open, seal};
use crate::object::secret::secret_type;
use crate::object::{Generation, Keyring, NoRandomness, RepositoryId, RepositoryKey, random};

const CONTEXT: &[u8] = b"keyring key";

secret_type!(
    /// The seed of a generation's key pair.
    GenerationSecret
);

/// The public half of a generation's key: all that the host keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GenerationPublic(pub PublicKey);

/// A keyring that could not be made or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyringFault {
    /// There is no randomness.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The library refused.
    #[error(transparent)]
    Hpke(#[from] HpkeFault),
    /// It is not for this master key, or it was changed.
    #[error("the keyring of generation {0} {1}")]
    Closed(Generation, DoesNotOpen),
    /// What it holds is not what it says.
    #[error("the keyring of generation {0} holds another generation's secret")]
    OtherSecret(Generation),
}

impl Keyring {
    /// Makes a generation's key pair and seals its seed, with the repository key, to the master key. The seed is wiped.
    ///
    /// # Errors
    /// When there is no randomness, or the library refuses.
    pub fn create(
        master: &MasterPublic,
        repository: RepositoryId,
        generation: Generation,
        repository_key: &RepositoryKey,
        created: DateTime<Utc>,
    ) -> Result<(Self, GenerationPublic), KeyringFault> {
        let seed: Zeroizing<[u8; 32]> = Zeroizing::new(random()?);
        let public = GenerationPublic(PublicKey::of_seed(&seed)?);
        let info = info(repository, generation);
        let (encapsulation, key) = encapsulate(&master.public_key, None, &info, CONTEXT)?;
        let mut both = Zeroizing::new([0; 64]);
        both[..32].copy_from_slice(&*seed);
        both[32..].copy_from_slice(repository_key.expose());
        let sealed = seal(&key, ONCE, &[&info], &*both)
            .map_err(|fault| KeyringFault::Closed(generation, fault))?;
        let keyring = Self {
            format: Self::format(),
            repository,
            generation,
            created,
            master: master.fingerprint(),
            generation_public: public.clone(),
            encapsulation,
            sealed,
        };
        Ok((keyring, public))
    }

    /// Opens it with the master key's seed.
    ///
    /// # Errors
    /// When the seed is another, or the keyring was changed or does not hold what it says.
    pub fn open(
        &self,
        master: &MasterSecret,
    ) -> Result<(GenerationSecret, RepositoryKey), KeyringFault> {
        let closed = |fault| KeyringFault::Closed(self.generation, fault);
        let info = info(self.repository, self.generation);
        let key = decapsulate(master.expose(), None, &self.encapsulation, &info, CONTEXT)?;
        let both = open(&key, ONCE, &[&info], &self.sealed).map_err(closed)?;
        let mut seed = Zeroizing::new([0; 32]);
        let mut repository_key = Zeroizing::new([0; 32]);
        let (first, second) = both.split_at_checked(32).ok_or(closed(DoesNotOpen))?;
        if second.len() != 32 {
            return Err(closed(DoesNotOpen));
        }
        seed.copy_from_slice(first);
        repository_key.copy_from_slice(second);
        if PublicKey::of_seed(&seed)? != self.generation_public.0 {
            return Err(KeyringFault::OtherSecret(self.generation));
        }
        Ok((
            GenerationSecret::from_bytes(seed),
            RepositoryKey::from_bytes(repository_key),
        ))
    }
}

fn info(repository: RepositoryId, generation: Generation) -> Vec<u8> {
    [
        b"lifeboat vault keyring/1",
        &repository.as_bytes()[..],
        &generation.get().to_be_bytes(),
    ]
    .concat()
}
