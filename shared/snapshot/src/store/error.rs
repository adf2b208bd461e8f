//! Why a store cannot do what it was asked.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use thiserror::Error;
use uuid::Uuid;

use crate::fault::Faults;
use crate::signature::Mistrust;

/// A store cannot answer.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The URL names no database that snapshots can be loaded into.
    #[error("the database URL must be postgres://… or sqlite://FOLDER")]
    Url,
    /// The program's own tables cannot be loaded; a mistake in the program.
    #[error("the tables of the system cannot be loaded: {0}")]
    Definition(String),
    /// The database is not there.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// The database is there and said no.
    #[error("the database refused: {0}")]
    Database(String),
    /// The active snapshot has other tables than this program.
    #[error(
        "the active snapshot {id} was loaded by a program with other tables: load its package again"
    )]
    Outdated {
        /// The snapshot.
        id: Uuid,
    },
    /// There is no previous snapshot.
    #[error("there is no previous snapshot to go back to")]
    NoPrevious,
    /// Another load or rollback of the same system is running.
    #[error(
        "another load or rollback of this system is running in this database: wait for it to end, then try again"
    )]
    Busy,
}

impl StoreError {
    pub(crate) fn unreachable(error: impl std::fmt::Display) -> Self {
        Self::Unreachable(error.to_string())
    }

    pub(crate) fn database(error: impl std::fmt::Display) -> Self {
        Self::Database(error.to_string())
    }
}

/// Loading would be unsafe; the operator has to decide.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The signature.
    #[error(transparent)]
    Mistrust(#[from] Mistrust),
    /// The package is older than what is served.
    #[error(
        "the package is older (sequence {sequence}, taken {taken_at}) than what is loaded (sequence {loaded_sequence}, \
         taken {loaded_taken_at}); if going back in time is meant, say --allow-older"
    )]
    Older {
        /// Of the package.
        sequence: u64,
        /// Of the package.
        taken_at: DateTime<Utc>,
        /// Of the active snapshot.
        loaded_sequence: u64,
        /// Of the active snapshot.
        loaded_taken_at: DateTime<Utc>,
    },
    /// Rows that are put aside would be written over something else.
    #[error(
        "{} cannot take the rows that are put aside: {why}; name a folder that is empty or not there yet: --quarantine-dir FOLDER",
        dir.display()
    )]
    Quarantine {
        /// The folder.
        dir: PathBuf,
        /// What it is, or what it holds.
        why: &'static str,
    },
}

/// A package was not loaded. What was active before still is.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The package is at fault.
    #[error("the package has faults:\n{0}")]
    Faults(Faults),
    /// Loading it would be unsafe.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The rows to be put aside cannot be written.
    #[error("the rows that are put aside cannot be written to {}: {error}", dir.display())]
    Quarantine {
        /// Where they were to go.
        dir: PathBuf,
        /// Why not.
        error: std::io::Error,
    },
    /// The new snapshot does not answer as it should.
    #[error("the new snapshot was loaded but does not answer: {0}")]
    Probe(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Faults> for LoadError {
    fn from(faults: Faults) -> Self {
        Self::Faults(faults)
    }
}
