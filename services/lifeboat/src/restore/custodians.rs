//! The files that custodians gave.

use std::path::PathBuf;

use clap::Args;
use vault::keys::{Census, CustodianFile, Custodians, MasterPublic, MasterSecret, SessionKey};
use vault::restore::{RestoreError, master_of};

use super::progress::warn;
use crate::outcome::Failure;

/// The files that custodians gave.
#[derive(Debug, Args)]
pub(crate) struct CustodianOptions {
    /// A custodian's share, or a contribution to this session; repeat for each custodian.
    #[arg(long, value_name = "FILE")]
    custodian: Vec<PathBuf>,
    /// The key of the session that custodians contributed to (lifeboat keys session).
    #[arg(long, value_name = "FILE")]
    session: Option<PathBuf>,
}

/// What is in them.
#[derive(Debug)]
pub(crate) struct Given {
    files: Vec<CustodianFile>,
    session: Option<SessionKey>,
}

impl CustodianOptions {
    pub(crate) fn read(&self) -> Result<Given, Failure> {
        let unreadable = |path: &PathBuf, error: &dyn std::fmt::Display| {
            Failure::usage(format!("{}: {error}", path.display()))
        };
        let files = self
            .custodian
            .iter()
            .map(|path| CustodianFile::read(path).map_err(|error| unreadable(path, &error)))
            .collect::<Result<_, _>>()?;
        let session = match &self.session {
            None => None,
            Some(path) => {
                let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
                Some(SessionKey::from_bytes(&bytes).map_err(|error| unreadable(path, &error))?)
            }
        };
        Ok(Given { files, session })
    }
}

impl Given {
    /// Whether nobody gave anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The master key; files that give nothing are said even where the others are enough.
    pub(crate) fn gather(&self, master: &MasterPublic) -> Result<MasterSecret, RestoreError> {
        let (secret, census) = master_of(master, &self.files, self.session.as_ref())?;
        for bad in census.bad() {
            warn(&format!("{} is {}", bad.file, bad.finding));
        }
        Ok(secret)
    }

    /// Who is there.
    pub(crate) fn census(&self, master: &MasterPublic) -> Census {
        Custodians::inspect(master, &self.files, self.session.as_ref())
    }
}
