//! The state folder of the backup host.
//!
//! ```text
//! lock                    held while a run lasts
//! descriptor              the repository's descriptor, as on cloud 1
//! repository.key          secret
//! signing.key             secret
//! witness.log             one line for every restore point
//! runs/0000000001.head, .catalogue
//!                         past heads as on the clouds, and their catalogues in plain CBOR: scrub and repair need no key
//! generation-00001/
//!   keyring               as on the clouds
//!   journal
//!   seen/                 where the rows of each table lie
//!   ending/               head and catalogue of a run whose head may not be on the clouds yet
//!   run/                  rows seen by the run at work
//! ```

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::error::At as _;
use super::{BackupError, files};
use crate::object::{
    Descriptor, Generation, Hash32, Keyring, ObjectFault, RepositoryKey, Sequence, SigningKeys,
};

/// The state folder.
#[derive(Debug, Clone)]
pub struct State {
    folder: PathBuf,
}

/// No other run works on this state folder while this exists; the operating system lets go of it however the process ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl State {
    /// The state in this folder.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// The folder itself.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Locks it.
    ///
    /// # Errors
    /// When another process holds the lock, or there is no such folder.
    pub fn lock(&self) -> Result<Lock, BackupError> {
        let path = self.folder.join("lock");
        let file = File::create(&path).at(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(BackupError::Busy { path }),
            Err(TryLockError::Error(source)) => Err(BackupError::State { path, source }),
        }
    }

    /// Keeps what `init` made. Nothing may be there yet.
    pub(crate) fn create(
        &self,
        descriptor: &[u8],
        repository: &RepositoryKey,
        signing: &SigningKeys,
    ) -> Result<(), BackupError> {
        files::make_folder(&self.folder).at(&self.folder)?;
        let signing = signing.to_file()?;
        let secrets: [(&str, &[u8]); 3] = [
            ("descriptor", descriptor),
            ("repository.key", repository.expose()),
            ("signing.key", &signing),
        ];
        for (name, bytes) in secrets {
            let path = self.folder.join(name);
            files::write_new(&path, bytes).at(&path)?;
        }
        let runs = self.runs();
        files::make_folder(&runs).at(&runs)
    }

    /// The descriptor and its hash.
    ///
    /// # Errors
    /// When it cannot be read or does not prove itself.
    pub fn descriptor(&self) -> Result<(Descriptor, Hash32), BackupError> {
        let bytes = self.read("descriptor")?;
        let (descriptor, _, hash) = Descriptor::open(&bytes)?;
        Ok((descriptor, hash))
    }

    /// The repository key.
    ///
    /// # Errors
    /// When it cannot be read or is none.
    pub fn repository_key(&self) -> Result<RepositoryKey, BackupError> {
        let bytes = self.read("repository.key")?;
        let key: [u8; 32] = bytes
            .as_slice()
            .try_into()
            .map_err(|_| ObjectFault::new("repository.key", "object", "not 32 bytes"))?;
        Ok(RepositoryKey::from_bytes(Zeroizing::new(key)))
    }

    pub(crate) fn signing_keys(&self) -> Result<SigningKeys, BackupError> {
        Ok(SigningKeys::from_file(&self.read("signing.key")?)?)
    }

    /// The folder of past heads and catalogues.
    #[must_use]
    pub fn runs(&self) -> PathBuf {
        self.folder.join("runs")
    }

    /// The head of a past run, as it is on the clouds.
    #[must_use]
    pub fn head_file(&self, sequence: Sequence) -> PathBuf {
        self.runs().join(format!("{:010}.head", sequence.get()))
    }

    /// The catalogue of a past run, in plain CBOR.
    #[must_use]
    pub fn catalogue_file(&self, sequence: Sequence) -> PathBuf {
        self.runs()
            .join(format!("{:010}.catalogue", sequence.get()))
    }

    /// The log of witnesses.
    #[must_use]
    pub fn witness_log(&self) -> PathBuf {
        self.folder.join("witness.log")
    }

    /// The folder of a generation.
    #[must_use]
    pub fn generation(&self, generation: Generation) -> GenerationState {
        GenerationState {
            folder: self
                .folder
                .join(format!("generation-{:05}", generation.get())),
        }
    }

    /// The newest generation that has a folder here.
    ///
    /// # Errors
    /// When the folder cannot be read or there is none.
    pub fn newest_generation(&self) -> Result<Generation, BackupError> {
        let mut newest = None;
        for entry in fs::read_dir(&self.folder).at(&self.folder)? {
            let name = entry.at(&self.folder)?.file_name();
            let number = name
                .to_str()
                .and_then(|name| name.strip_prefix("generation-"))
                .and_then(|number| number.parse().ok())
                .and_then(Generation::new);
            newest = newest.max(number);
        }
        newest.ok_or_else(|| BackupError::State {
            path: self.folder.clone(),
            source: std::io::Error::new(std::io::ErrorKind::NotFound, "no generation is here"),
        })
    }

    fn read(&self, name: &str) -> Result<Zeroizing<Vec<u8>>, BackupError> {
        let path = self.folder.join(name);
        fs::read(&path).at(&path).map(Zeroizing::new)
    }
}

/// What is kept of one generation.
#[derive(Debug, Clone)]
pub struct GenerationState {
    pub(crate) folder: PathBuf,
}

impl GenerationState {
    /// Makes its folders.
    pub(crate) fn create(&self) -> Result<(), BackupError> {
        for folder in [self.folder.clone(), self.seen()] {
            files::make_folder(&folder).at(&folder)?;
        }
        Ok(())
    }

    /// The keyring's envelope, once it is on the clouds.
    #[must_use]
    pub fn keyring_file(&self) -> PathBuf {
        self.folder.join("keyring")
    }

    /// The keyring's envelope before that.
    pub(crate) fn new_keyring_file(&self) -> PathBuf {
        self.folder.join("keyring.new")
    }

    /// The keyring.
    pub(crate) fn keyring(
        &self,
        keys: &crate::object::VerifyingKeys,
    ) -> Result<Keyring, BackupError> {
        let path = self.keyring_file();
        let bytes = fs::read(&path).at(&path)?;
        let kind = crate::object::ObjectKind::Keyring;
        let opened = crate::object::Envelope::open(kind, &bytes, keys)?;
        Ok(Keyring::from_bytes(&opened.payload)?)
    }

    /// The journal.
    #[must_use]
    pub fn journal(&self) -> PathBuf {
        self.folder.join("journal")
    }

    pub(crate) fn seen(&self) -> PathBuf {
        self.folder.join("seen")
    }

    pub(crate) fn ending(&self) -> PathBuf {
        self.folder.join("ending")
    }

    pub(crate) fn run(&self) -> PathBuf {
        self.folder.join("run")
    }
}

#[cfg(test)]
mod tests {
    use super::State;
    use crate::backup::{BackupError, files};
    use crate::object::{Generation, RepositoryKey, SigningKeys};

    #[test]
    fn a_second_run_finds_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let state = State::new(folder.path());
        let lock = state.lock().unwrap();
        assert!(matches!(state.lock(), Err(BackupError::Busy { .. })));
        drop(lock);
        state.lock().unwrap();
    }

    #[test]
    fn keys_are_for_their_owner_only_and_are_never_replaced() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let state = State::new(&folder.path().join("state"));
        let key = RepositoryKey::generate().unwrap();
        let signing = SigningKeys::generate().unwrap();
        state.create(b"descriptor", &key, &signing).unwrap();
        for name in ["repository.key", "signing.key"] {
            let mode = std::fs::metadata(state.folder().join(name))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
        let mode = std::fs::metadata(state.folder())
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700);
        assert_eq!(state.repository_key().unwrap(), key);
        assert!(state.create(b"other", &key, &signing).is_err());
    }

    #[test]
    fn the_newest_generation_is_found_by_its_number() {
        let folder = tempfile::tempdir().unwrap();
        let state = State::new(folder.path());
        assert!(state.newest_generation().is_err());
        for number in [9, 10, 2] {
            let generation = Generation::new(number).unwrap();
            files::make_folder(&state.generation(generation).folder).unwrap();
        }
        files::make_folder(&folder.path().join("generation-x")).unwrap();
        assert_eq!(
            state.newest_generation().unwrap(),
            Generation::new(10).unwrap()
        );
    }
}
