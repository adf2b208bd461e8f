//! Epoch keys: sealed to the generation's key **and** to k of the clouds.

use zeroize::Zeroizing;

use super::generation::{GenerationPublic, GenerationSecret};
use super::hpke::{Encapsulation, HpkeFault, PreShared, decapsulate, encapsulate};
use super::shamir::{SharingFault, join, split};
use crate::object::primitives::sha256;
use crate::object::{
    CloudNumber, Epoch, EpochKey, EpochObject, Generation, Hash32, NoRandomness, NotAnEpochKey,
    RepositoryId, random,
};

const CONTEXT: &[u8] = b"epoch key";

/// Makes and opens epoch keys.
#[derive(Debug, Clone, Copy)]
pub struct EpochSecret;

/// What goes to the clouds of a new epoch.
#[derive(Debug)]
pub struct EpochParts {
    /// The epoch.
    pub epoch: Epoch,
    /// What the generation's secret decapsulates.
    pub encapsulation: Encapsulation,
    /// The share of each cloud, in order; one goes to each, none stays.
    pub shares: Vec<EpochShare>,
    /// What each share hashes to.
    pub commitments: Vec<Hash32>,
    /// What the epoch key hashes to.
    pub key_commitment: Hash32,
}

crate::object::secret::secret_type!(
    /// One cloud's share of an epoch's pre-shared key.
    EpochShare
);

/// An epoch that could not be made or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EpochFault {
    /// There is no randomness.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The library refused.
    #[error(transparent)]
    Hpke(#[from] HpkeFault),
    /// Too few clouds gave their share.
    #[error("epoch {epoch}: {fault}{}", named(.wrong))]
    Shares {
        /// The epoch.
        epoch: Epoch,
        /// What is missing.
        fault: SharingFault,
        /// The clouds whose share is not the one that they were given.
        wrong: Vec<CloudNumber>,
    },
    /// It opened to another key: the generation's secret is another.
    #[error(transparent)]
    OtherKey(#[from] NotAnEpochKey),
}

fn named(wrong: &[CloudNumber]) -> String {
    if wrong.is_empty() {
        return String::new();
    }
    let clouds: Vec<String> = wrong.iter().map(ToString::to_string).collect();
    format!("; changed on cloud {}", clouds.join(", "))
}

impl EpochSecret {
    /// A new epoch key, and what the clouds are to keep of it. The pre-shared key is wiped.
    ///
    /// # Errors
    /// When there is no randomness, k and n do not fit, or the library refuses.
    pub fn create(
        generation_public: &GenerationPublic,
        repository: RepositoryId,
        generation: Generation,
        need: u8,
        clouds: u8,
    ) -> Result<(EpochKey, EpochParts), EpochFault> {
        let epoch = Epoch::generate()?;
        let psk: Zeroizing<[u8; 32]> = Zeroizing::new(random()?);
        let pre_shared = PreShared {
            key: &psk,
            id: epoch.as_bytes(),
        };
        let info = info(repository, generation, epoch);
        let (encapsulation, key) =
            encapsulate(&generation_public.0, Some(pre_shared), &info, CONTEXT)?;
        let key = EpochKey::from_bytes(key);
        let shares = split(&psk, need, clouds).map_err(|fault| EpochFault::Shares {
            epoch,
            fault,
            wrong: Vec::new(),
        })?;
        let commitments = shares
            .iter()
            .zip((1..).filter_map(CloudNumber::new))
            .map(|(share, i)| epoch_share_commitment(epoch, i, share))
            .collect();
        let parts = EpochParts {
            epoch,
            encapsulation,
            shares: shares.into_iter().map(EpochShare::from_bytes).collect(),
            commitments,
            key_commitment: key.commitment(),
        };
        Ok((key, parts))
    }

    /// The key of an epoch, from the generation's secret and the shares of at least `need` clouds. Shares that are not what
    /// their cloud was given are left out and, where it matters, named.
    ///
    /// # Errors
    /// When too few shares are good, or the generation's secret is another.
    pub fn open(
        secret: &GenerationSecret,
        object: &EpochObject,
        need: u8,
        shares: &[(CloudNumber, Zeroizing<[u8; 32]>)],
    ) -> Result<EpochKey, EpochFault> {
        let (good, wrong): (Vec<_>, Vec<_>) = shares
            .iter()
            .partition(|(cloud, share)| object.holds(*cloud, share));
        let good: Vec<_> = good
            .into_iter()
            .map(|(cloud, share)| (cloud.get(), share.clone()))
            .collect();
        let psk = join(need, &good).map_err(|fault| EpochFault::Shares {
            epoch: object.epoch,
            fault,
            wrong: wrong.into_iter().map(|(cloud, _)| *cloud).collect(),
        })?;
        let pre_shared = PreShared {
            key: &psk,
            id: object.epoch.as_bytes(),
        };
        let info = info(object.repository, object.generation, object.epoch);
        let key = decapsulate(
            secret.expose(),
            Some(pre_shared),
            &object.encapsulation,
            &info,
            CONTEXT,
        )?;
        let key = EpochKey::from_bytes(key);
        key.check(object.epoch, &object.key_commitment)?;
        Ok(key)
    }
}

impl EpochSecret {
    /// The share that cloud `to` was given, from the good shares of `need` other clouds. The pre-shared key is never computed:
    /// with p the polynomial, p(x + to) has the value p(to) at x = 0, and in GF(2⁸) adding is XOR.
    ///
    /// # Errors
    /// When too few shares are good, or what comes out is not what the epoch commits to.
    pub fn rebuild_share(
        object: &EpochObject,
        need: u8,
        shares: &[(CloudNumber, EpochShare)],
        to: CloudNumber,
    ) -> Result<EpochShare, EpochFault> {
        let failed = |fault| EpochFault::Shares {
            epoch: object.epoch,
            fault,
            wrong: Vec::new(),
        };
        let moved: Vec<_> = shares
            .iter()
            .filter(|(cloud, share)| *cloud != to && object.holds(*cloud, share.expose()))
            .map(|(cloud, share)| {
                let value = Zeroizing::new(*share.expose());
                (cloud.get() ^ to.get(), value)
            })
            .collect();
        let share = join(need, &moved).map_err(failed)?;
        if object.holds(to, &share) {
            Ok(EpochShare::from_bytes(share))
        } else {
            Err(failed(SharingFault::Impossible(to.get())))
        }
    }
}

/// What the share of cloud `i` hashes to.
#[must_use]
pub fn epoch_share_commitment(epoch: Epoch, i: CloudNumber, share: &[u8; 32]) -> Hash32 {
    sha256(&[
        b"lifeboat vault share/1",
        epoch.as_bytes(),
        &[i.get()],
        share,
    ])
}

fn info(repository: RepositoryId, generation: Generation, epoch: Epoch) -> Vec<u8> {
    [
        b"lifeboat vault epoch/1",
        &repository.as_bytes()[..],
        &generation.get().to_be_bytes(),
        epoch.as_bytes(),
    ]
    .concat()
}
