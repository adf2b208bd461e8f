//! The two secrets of the backup host, and what is derived from them.

use std::fmt;

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::identifiers::{NoRandomness, random};
use super::primitives::{hkdf, sha256};
use super::{CloudNumber, ContentHash, Epoch, Generation, Hash32, PackId, RepositoryId, Run};

/// What was exported is not the key of the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key of epoch {0} does not match its commitment")]
pub struct NotAnEpochKey(pub Epoch);

/// A type around 32 secret bytes: wiped when dropped, never shown.
macro_rules! secret_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(::zeroize::Zeroizing<[u8; 32]>);

        impl $name {
            /// The secret of these bytes.
            #[must_use]
            pub const fn from_bytes(bytes: ::zeroize::Zeroizing<[u8; 32]>) -> Self {
                Self(bytes)
            }

            /// The bytes, for the one who stores or uses them.
            #[must_use]
            pub fn expose(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                ::subtle::ConstantTimeEq::ct_eq(&self.0[..], &other.0[..]).into()
            }
        }

        impl Eq for $name {}
    };
}
pub(crate) use secret_type;

secret_type!(
    /// Names objects, opens catalogues, compares content; opens no backed-up byte.
    RepositoryKey
);
secret_type!(
    /// Names a cloud's objects.
    CloudKey
);
secret_type!(
    /// Seals the pieces of one run's catalogue.
    CatalogueKey
);
secret_type!(
    /// Seals packs and the root of a head: exported for one run, then forgotten.
    EpochKey
);

impl RepositoryKey {
    /// A new random key.
    ///
    /// # Errors
    /// When the operating system gives no random numbers.
    pub fn generate() -> Result<Self, NoRandomness> {
        random().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// The key that names objects on cloud `i`.
    #[must_use]
    pub fn cloud_key(&self, repository: RepositoryId, i: CloudNumber) -> CloudKey {
        CloudKey(hkdf(
            &*self.0,
            repository.as_bytes(),
            &[b"lifeboat vault cloud/1", &[i.get()]],
        ))
    }

    /// The key under which a generation's content is compared.
    #[must_use]
    pub fn content_key(&self, repository: RepositoryId, generation: Generation) -> ContentKey {
        ContentKey(hkdf(
            &*self.0,
            repository.as_bytes(),
            &[b"lifeboat vault content/1", &generation.get().to_be_bytes()],
        ))
    }

    /// The key that seals a run's catalogue.
    #[must_use]
    pub fn catalogue_key(&self, repository: RepositoryId, run: Run) -> CatalogueKey {
        CatalogueKey(hkdf(
            &*self.0,
            run.as_bytes(),
            &[b"lifeboat vault catalogue/1", repository.as_bytes()],
        ))
    }
}

/// Hashes extents, so that equal content is found inside one repository and generation and nowhere else.
#[derive(Clone)]
pub struct ContentKey(Zeroizing<[u8; 32]>);

impl ContentKey {
    /// The hash that an extent of these decoded bytes carries.
    #[must_use]
    pub fn hash(&self, bytes: &[u8]) -> ContentHash {
        ContentHash(*blake3::keyed_hash(&self.0, bytes).as_bytes())
    }

    /// 32 bytes for another use inside the host that must not be linkable either, such as hashing rows or seeding cuts.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        hkdf(&*self.0, &[], &[purpose.as_bytes()])
    }
}

impl fmt::Debug for ContentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContentKey(…)")
    }
}

impl EpochKey {
    /// What an epoch object commits to.
    #[must_use]
    pub fn commitment(&self) -> Hash32 {
        sha256(&[b"lifeboat vault epoch key/1", &*self.0])
    }

    /// Whether this is the key that an epoch object commits to.
    ///
    /// # Errors
    /// When it is another key.
    pub fn check(&self, epoch: Epoch, commitment: &Hash32) -> Result<(), NotAnEpochKey> {
        if bool::from(self.commitment().0.ct_eq(&commitment.0)) {
            Ok(())
        } else {
            Err(NotAnEpochKey(epoch))
        }
    }

    /// A pack's key (the first 32 bytes) and its commitment (the last 32).
    #[must_use]
    pub fn pack_key(
        &self,
        repository: RepositoryId,
        generation: Generation,
        pack: &PackId,
    ) -> Zeroizing<[u8; 64]> {
        hkdf(
            &*self.0,
            pack.as_bytes(),
            &[
                b"lifeboat vault pack/1",
                repository.as_bytes(),
                &generation.get().to_be_bytes(),
            ],
        )
    }

    /// The key that seals the root of a run's head.
    pub(crate) fn root_key(&self, repository: RepositoryId, run: Run) -> Zeroizing<[u8; 32]> {
        hkdf(
            &*self.0,
            run.as_bytes(),
            &[b"lifeboat vault root/1", repository.as_bytes()],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_shows_in_debug_output() {
        let key = RepositoryKey::from_bytes(Zeroizing::new([0x41; 32]));
        assert_eq!(format!("{key:?}"), "RepositoryKey(…)");
        let content = key.content_key(RepositoryId(uuid::Uuid::nil()), Generation::FIRST);
        assert_eq!(format!("{content:?}"), "ContentKey(…)");
    }

    #[test]
    fn derived_keys_differ_by_cloud_generation_run_and_use() {
        let key = RepositoryKey::generate().unwrap();
        let repository = RepositoryId::generate().unwrap();
        let two = CloudNumber::new(2).unwrap();
        assert_ne!(
            key.cloud_key(repository, CloudNumber::FIRST),
            key.cloud_key(repository, two)
        );
        let first = key.content_key(repository, Generation::FIRST);
        let second = key.content_key(repository, Generation::new(2).unwrap());
        assert_ne!(first.hash(b"same"), second.hash(b"same"));
        assert_eq!(first.hash(b"same"), first.hash(b"same"));
        let run = Run::generate().unwrap();
        assert_ne!(
            key.catalogue_key(repository, run),
            key.catalogue_key(repository, Run::generate().unwrap())
        );
    }

    #[test]
    fn another_epoch_key_breaks_the_commitment() {
        let key = EpochKey::from_bytes(Zeroizing::new([1; 32]));
        let epoch = Epoch::generate().unwrap();
        assert_eq!(key.check(epoch, &key.commitment()), Ok(()));
        let other = EpochKey::from_bytes(Zeroizing::new([2; 32]));
        assert_eq!(
            other.check(epoch, &key.commitment()),
            Err(NotAnEpochKey(epoch))
        );
    }
}
