//! Why a restore ended without what was asked for.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::cloud::Blame;

/// The end of a restore that did not give what was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// It was asked in a way that cannot be done. Nothing was written.
    #[error("{0}")]
    Usage(String),
    /// It could be tried and is not, or not to the end, because what came of it could not be trusted. Nothing is left behind.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The clouds fell silent on the way. What was fetched is kept; the same command goes on from there.
    #[error("the clouds fell silent: {detail}")]
    Interrupted {
        /// Where the finished part is kept; none before anything was written.
        staging: Option<PathBuf>,
        /// Which clouds, and what they said.
        detail: String,
    },
    /// This machine could not write or read a file. What was fetched is kept.
    #[error("{}: {error}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A restored package could not be loaded into the database. What was fetched is kept.
    #[error("{source_name} was restored but not loaded: {error}")]
    Load {
        /// The name of the source.
        source_name: String,
        /// What the loader said.
        error: Box<snapshot::LoadError>,
    },
    /// A database that was backed up could not be made again. Its target is as it was, and what was fetched is kept.
    #[error("{source_name} was not restored into the database: {what}")]
    Rebuild {
        /// The name of the source.
        source_name: String,
        /// What went wrong, without values of rows.
        what: String,
    },
    /// Something of this program's own went wrong.
    #[error("internal failure: {0}")]
    Internal(String),
}

impl RestoreError {
    pub(crate) fn file(path: &Path, error: std::io::Error) -> Self {
        Self::File {
            path: path.to_owned(),
            error,
        }
    }

    /// The exit code of a command that ends so: 1 failed, 2 usage, 3 refused for safety.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Refused(_) => 3,
            Self::Interrupted { .. }
            | Self::File { .. }
            | Self::Load { .. }
            | Self::Rebuild { .. }
            | Self::Internal(_) => 1,
        }
    }

    /// What is safe, what is not, and what to do next, in one or two sentences.
    #[must_use]
    pub fn next_step(&self) -> String {
        match self {
            Self::Usage(_) => "nothing was written and the vault is as it was".to_owned(),
            Self::Refused(refusal) => refusal.next_step(),
            Self::Interrupted { staging, .. } => match staging {
                Some(staging) => format!(
                    "the vault is as it was, and what was fetched is kept in {}; run the same command again when the line is back: it goes on where it stopped",
                    staging.display()
                ),
                None => "the vault is as it was; run the same command again when the line is back".to_owned(),
            },
            Self::File { .. } => {
                "the vault is as it was; see that the disk has room and the folder can be written, then run the same command again: it goes on where it stopped"
                    .to_owned()
            }
            Self::Load { .. } => {
                "the vault is as it was, and the database serves what it served before; restore to a folder (--to DIR) and see `lifeboat snapshot check` there"
                    .to_owned()
            }
            Self::Rebuild { .. } => {
                "the vault is as it was, nothing of this source can be seen in the database, and what was fetched is kept; run the same command again when the cause is gone"
                    .to_owned()
            }
            Self::Internal(_) => {
                "the vault is as it was; run the same command again, and tell the makers of this program if it fails again".to_owned()
            }
        }
    }
}

/// What cannot be trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// No reachable cloud holds a vault that enough clouds agree on.
    #[error("no vault was found that enough clouds agree on: {}", list(found))]
    NoVault {
        /// What each cloud showed.
        found: Vec<String>,
    },
    /// The clouds hold another vault than the one that is meant.
    #[error("the clouds show the vault {found}, and the one that is meant is {pinned}")]
    OtherVault {
        /// The fingerprint that is pinned.
        pinned: String,
        /// The fingerprint found.
        found: String,
    },
    /// No restore point is there.
    #[error("the vault holds no finished backup")]
    Empty,
    /// Two valid heads of one sequence.
    #[error(
        "the vault is forked: backup {sequence} exists in two versions, {}",
        list(versions)
    )]
    Fork {
        /// The sequence.
        sequence: u64,
        /// Hash and clouds of every version.
        versions: Vec<String>,
    },
    /// A head does not name its predecessor.
    #[error(
        "the chain of backups is broken: backup {sequence} names another predecessor than the clouds hold"
    )]
    BrokenChain {
        /// The later of the two.
        sequence: u64,
    },
    /// All clouds are older than the witness.
    #[error(
        "the clouds were rolled back: the newest backup they show is {newest}, and the witness knows {witness}"
    )]
    RolledBack {
        /// The newest sequence.
        newest: u64,
        /// The sequence of the witness.
        witness: u64,
    },
    /// The backup the witness knows is another one than the clouds hold.
    #[error("the clouds hold another backup {sequence} than the witness knows")]
    OtherHistory {
        /// The sequence of the witness.
        sequence: u64,
    },
    /// Too few custodians.
    #[error(
        "{need} custodians are needed and {good} good shares were given{}",
        reasons(problems)
    )]
    Custodians {
        /// How many are needed.
        need: u8,
        /// How many good shares there were.
        good: u8,
        /// What is wrong with each of the others.
        problems: Vec<String>,
    },
    /// A generation was erased, or its keyring is lost.
    #[error(
        "no cloud holds a good keyring of generation {generation}{}",
        clouds(lost)
    )]
    NoKeyring {
        /// The generation.
        generation: u32,
        /// What the clouds did wrong.
        lost: Vec<Blame>,
    },
    /// Fewer good copies than are needed.
    #[error(
        "{what}: {need} clouds are needed and {good} gave good data{}",
        clouds(lost)
    )]
    TooFewClouds {
        /// What could not be read.
        what: String,
        /// How many are needed.
        need: u8,
        /// How many were good.
        good: u8,
        /// What the others did wrong.
        lost: Vec<Blame>,
    },
    /// The database that is to be made again would mix with what its target holds.
    #[error("the database holds something already: {}", held.join(", "))]
    Occupied {
        /// Some of what it holds.
        held: Vec<String>,
    },
    /// Something that was sealed and signed does not fit together.
    #[error("the backup contradicts itself: {0}")]
    Contradiction(String),
}

impl Refusal {
    fn next_step(&self) -> String {
        let next = match self {
            Self::Occupied { .. } => {
                return "the vault is as it was, and so are these tables; name an empty database (createdb NAME), or drop them if nobody needs them"
                    .to_owned();
            }
            Self::NoVault { .. } => {
                "check the URLs and credentials of the clouds, and name more of them with --cloud"
            }
            Self::OtherVault { .. } => {
                "check the URLs; restore from these clouds only if the custodians confirm the other fingerprint"
            }
            Self::Empty => "run `lifeboat backup run` where the sources are",
            Self::Fork { .. } | Self::BrokenChain { .. } | Self::OtherHistory { .. } => {
                "someone wrote with the signing keys of the backup host: compare with the witness that the custodians keep, and name the \
                 restore point you trust with --at SEQUENCE --witness SEQUENCE:HASH"
            }
            Self::RolledBack { .. } => {
                "ask the clouds' providers for newer versions; to restore the older point all the same, say --at SEQUENCE"
            }
            Self::Custodians { .. } => {
                "ask more custodians for a contribution (`lifeboat keys contribute`)"
            }
            Self::NoKeyring { .. } => {
                "bring back more clouds; a generation whose keyring was erased on purpose cannot be opened by anyone"
            }
            Self::TooFewClouds { .. } => {
                "bring back one of the clouds named; or list older restore points with `lifeboat restore --list` and name one with --at SEQUENCE"
            }
            Self::Contradiction(_) => {
                "list older restore points with `lifeboat restore --list` and name one with --at SEQUENCE"
            }
        };
        format!("nothing was written and the vault is as it was; {next}")
    }
}

fn list(parts: &[String]) -> String {
    if parts.is_empty() {
        "nothing answers".to_owned()
    } else {
        parts.join("; ")
    }
}

fn reasons(parts: &[String]) -> String {
    if parts.is_empty() {
        String::new()
    } else {
        format!(": {}", parts.join("; "))
    }
}

fn clouds(lost: &[Blame]) -> String {
    reasons(&lost.iter().map(ToString::to_string).collect::<Vec<_>>())
}

/// A number of bytes for people.
#[derive(Debug, Clone, Copy)]
pub struct Size(pub u64);

impl fmt::Display for Size {
    #[expect(
        clippy::cast_precision_loss,
        reason = "shown with one decimal; 2^53 bytes are 8 PiB"
    )]
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 5] = ["bytes", "KiB", "MiB", "GiB", "TiB"];
        let mut value = self.0 as f64;
        let mut unit = 0;
        while value >= 1024.0 && unit + 1 < UNITS.len() {
            value /= 1024.0;
            unit += 1;
        }
        if unit == 0 {
            write!(out, "{} {}", self.0, UNITS[0])
        } else {
            write!(out, "{value:.1} {}", UNITS[unit])
        }
    }
}
