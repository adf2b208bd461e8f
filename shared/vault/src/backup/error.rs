//! Why a backup did not happen, what is safe all the same, and what to do.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::cloud::CloudError;
use crate::cut::CutError;
use crate::keys::{EpochFault, KeyringFault};
use crate::object::{NoRandomness, ObjectFault, Sequence, Witness};
use crate::pack::{CodeFault, PackFault, TooLong};
use crate::source::SourceError;

/// Why a vault could not be made or a run did not end. Earlier restore points are untouched by every one of these.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// `vault.toml` cannot be used.
    #[error("{path}: {what}")]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The state folder cannot be read or written.
    #[error("{path}: {source}")]
    State {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// Another run holds the lock.
    #[error("another run is at work: {path} is locked")]
    Busy {
        /// The lock.
        path: PathBuf,
    },
    /// Going on could hide an attack.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Fewer clouds than needed hold everything.
    #[error("{good} clouds {what} and {need} are needed{}", Faults(.faults))]
    TooFewClouds {
        /// k.
        need: u8,
        /// How many did.
        good: u8,
        /// What they should have done.
        what: &'static str,
        /// What went wrong with the others.
        faults: Vec<CloudError>,
    },
    /// Not every cloud took part in making a vault.
    #[error("a vault is made on all its clouds or not at all{}", Faults(.0))]
    NotEveryCloud(Vec<CloudError>),
    /// A source cannot be backed up.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A file could not be read or cut.
    #[error("{path}: {source}")]
    Cut {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: CutError,
    },
    /// An object could not be made or read.
    #[error(transparent)]
    Object(#[from] ObjectFault),
    /// A generation's keys could not be made.
    #[error(transparent)]
    Keyring(#[from] KeyringFault),
    /// An epoch's key could not be made.
    #[error(transparent)]
    Epoch(#[from] EpochFault),
    /// A pack could not be sealed.
    #[error(transparent)]
    Pack(#[from] PackFault),
    /// A pack could not be cut into fragments.
    #[error(transparent)]
    Code(#[from] CodeFault),
    /// An extent fits into no pack.
    #[error(transparent)]
    TooLong(#[from] TooLong),
    /// There is no randomness.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// Bytes could not be compressed.
    #[error("cannot compress: {0}")]
    Compress(#[source] io::Error),
    /// A thread of the run ended before its work was done.
    #[error("a part of the run ended early: {0}")]
    Ended(&'static str),
}

/// What a run refuses for safety.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A cloud has a restore point that this host did not make.
    #[error("cloud {number} ({cloud}) has restore point {theirs}, validly signed, and this host knows only {}", Known(.ours))]
    Ahead {
        /// The cloud's number.
        number: u8,
        /// Its name.
        cloud: String,
        /// The cloud's newest.
        theirs: Witness,
        /// Our newest.
        ours: Option<Witness>,
    },
    /// A cloud has another restore point of the same number.
    #[error(
        "cloud {number} ({cloud}) has another restore point {sequence} than this host made: the history is forked"
    )]
    Fork {
        /// The cloud's number.
        number: u8,
        /// Its name.
        cloud: String,
        /// The number of both.
        sequence: Sequence,
    },
    /// Too many clouds show an older state than they had.
    #[error("{} no longer hold restore point {newest}, which they did: {good} clouds do and {need} are needed", .clouds.join(", "))]
    RolledBack {
        /// The clouds, by name.
        clouds: Vec<String>,
        /// What they held.
        newest: Sequence,
        /// How many still do.
        good: u8,
        /// k.
        need: u8,
    },
}

struct Known<'a>(&'a Option<Witness>);

impl fmt::Display for Known<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(witness) => write!(out, "{witness}"),
            None => out.write_str("none"),
        }
    }
}

struct Faults<'a>(&'a [CloudError]);

impl fmt::Display for Faults<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|fault| write!(out, "; {fault}"))
    }
}

impl BackupError {
    /// Whether the program declined to go on for safety, rather than failed.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::TooFewClouds { .. })
    }

    /// What is safe, and what the operator does next.
    #[must_use]
    pub fn advice(&self) -> String {
        let safe = "Earlier restore points are as they were.";
        let next = match self {
            Self::Settings { path, .. } => {
                return format!(
                    "Nothing was done. Put {} right and try again.",
                    path.display()
                );
            }
            Self::NotEveryCloud(_) => {
                return "No vault was made. Put the clouds named above right (address, credentials, network) and run the same command again.".to_owned();
            }
            Self::State { source, .. } if is_full(source) => {
                "The disk of the state folder is full. Free space there and run the same command again: it goes on from what was stored."
            }
            Self::State { .. } => {
                "Look at the state folder's disk and permissions, then run the same command again: it goes on from what was stored."
            }
            Self::Busy { .. } => {
                "Wait for the other run to end; a run that was killed holds no lock."
            }
            Self::Refused(Refusal::RolledBack { .. }) => {
                "Nothing was written. Find out from the providers why objects are gone; `lifeboat backup verify` says what is missing and `lifeboat backup repair` restores it from the others."
            }
            Self::Refused(_) => {
                "Nothing was written. Either the state folder is an old copy, or someone else signs with this host's keys. Compare with the witnesses kept by the custodians before anything else."
            }
            Self::TooFewClouds { .. } => {
                "No restore point was made of this run. Put the clouds named above right and run the same command again: what is stored already is not sent again."
            }
            Self::Source(_) | Self::Cut { .. } => {
                "No restore point was made of this run. Put the source right and run the same command again: what is stored already is not sent again."
            }
            _ => {
                "No restore point was made of this run. Run the same command again: it goes on from what was stored."
            }
        };
        format!("{safe} {next}")
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}

/// Says which file of the state folder an error is about.
pub(crate) trait At<T> {
    /// The result with the path in its error.
    fn at(self, path: &Path) -> Result<T, BackupError>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, path: &Path) -> Result<T, BackupError> {
        self.map_err(|source| BackupError::State {
            path: path.to_owned(),
            source,
        })
    }
}
