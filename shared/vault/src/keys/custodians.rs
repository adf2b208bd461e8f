//! Gathering custodians: from files to the master key, naming every file that is not good.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::contribution::{self, Contribution};
use super::hpke::HpkeFault;
use super::master::{MasterPublic, MasterSecret};
use super::session::SessionKey;
use super::shamir::{SharingFault, join};
use super::share::{self, CustodianShare, ShareFault};
use crate::object::Session;

/// No custodian's file is longer, in bytes.
const FILE_AT_MOST: u64 = 64 * 1024;

/// A file that a custodian gave: a share, or a contribution to a session.
#[derive(Clone)]
pub struct CustodianFile {
    /// What people call it: its path.
    pub name: String,
    /// What is in it.
    pub bytes: Zeroizing<Vec<u8>>,
}

impl CustodianFile {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, or is far longer than any such file.
    pub fn read(path: &Path) -> io::Result<Self> {
        use io::Read as _;
        let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
        std::fs::File::open(path)?
            .take(FILE_AT_MOST + 1)
            .read_to_end(&mut bytes)?;
        if bytes.len() as u64 > FILE_AT_MOST {
            return Err(io::Error::other("too long for a custodian's file"));
        }
        Ok(Self {
            name: path.display().to_string(),
            bytes,
        })
    }
}

impl fmt::Debug for CustodianFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CustodianFile({})", self.name)
    }
}

/// What was found in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Finding {
    /// A good share.
    Good {
        /// Whose.
        custodian: u8,
    },
    /// A good share that another file gave already.
    Duplicate {
        /// Whose.
        custodian: u8,
    },
    /// Changed, or no such file at all.
    Corrupt {
        /// What is wrong.
        why: String,
    },
    /// Whole, and of something else.
    Foreign {
        /// Of what.
        why: String,
    },
    /// A contribution, looked at without the key of its session.
    Sealed {
        /// The session.
        session: Session,
        /// Whose share it claims to be.
        custodian: u8,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Good { custodian } => write!(f, "good: custodian {custodian}"),
            Self::Duplicate { custodian } => {
                write!(f, "good, but custodian {custodian} is counted already")
            }
            Self::Corrupt { why } => write!(f, "corrupt: {why}"),
            Self::Foreign { why } => write!(f, "foreign: {why}"),
            Self::Sealed { session, custodian } => write!(
                f,
                "sealed to session {session}, says it is custodian {custodian}: only session.key opens it"
            ),
        }
    }
}

/// Who is there and who is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Census {
    /// How many custodians are needed.
    pub threshold: u8,
    /// How many there are.
    pub custodians: u8,
    /// Whose good shares are there.
    pub good: BTreeSet<u8>,
    /// Every file, in the order given.
    pub files: Vec<Found>,
}

/// A file and what was found in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The file.
    pub file: String,
    /// What was found.
    #[serde(flatten)]
    pub finding: Finding,
}

impl Census {
    /// How many more custodians are needed.
    #[must_use]
    pub fn lacking(&self) -> u8 {
        let good = u8::try_from(self.good.len()).unwrap_or(u8::MAX);
        self.threshold.saturating_sub(good)
    }

    /// Custodians whose good share is not there.
    pub fn absent(&self) -> impl Iterator<Item = u8> {
        (1..=self.custodians).filter(|i| !self.good.contains(i))
    }

    /// The files that give nothing, for a warning.
    pub fn bad(&self) -> impl Iterator<Item = &Found> {
        self.files.iter().filter(|found| {
            !matches!(
                found.finding,
                Finding::Good { .. } | Finding::Duplicate { .. }
            )
        })
    }
}

impl fmt::Display for Census {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |numbers: &mut dyn Iterator<Item = u8>| {
            let numbers: Vec<String> = numbers.map(|i| i.to_string()).collect();
            numbers.join(", ")
        };
        write!(
            f,
            "{} of {} needed custodians are there",
            self.good.len(),
            self.threshold
        )?;
        if !self.good.is_empty() {
            write!(f, " (custodian {})", list(&mut self.good.iter().copied()))?;
        }
        if self.lacking() > 0 {
            write!(
                f,
                "; {} more of custodian {} must come",
                self.lacking(),
                list(&mut self.absent())
            )?;
        }
        for found in self.bad() {
            write!(f, "; {} is {}", found.file, found.finding)?;
        }
        Ok(())
    }
}

/// Custodians that gave no master key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CustodiansFault {
    /// Too few good shares.
    #[error("too few custodians: {0}")]
    TooFew(Census),
    /// Good shares that do not give the key of `master.pub`: that file is not what the ceremony made.
    #[error(
        "the shares are good but do not give the key of master.pub: take another copy of master.pub"
    )]
    OtherKey(Census),
    /// The shares could not be put together.
    #[error(transparent)]
    Sharing(#[from] SharingFault),
    /// The library refused.
    #[error(transparent)]
    Hpke(#[from] HpkeFault),
}

/// Puts the master key together.
#[derive(Debug, Clone, Copy)]
pub struct Custodians;

impl Custodians {
    /// Says what each file is, without putting anything together.
    #[must_use]
    pub fn inspect(
        master: &MasterPublic,
        files: &[CustodianFile],
        session: Option<&SessionKey>,
    ) -> Census {
        count(master, files, session).0
    }

    /// The master key from the files of at least t custodians, shares and contributions mixed. Other files are left out; the
    /// census names them.
    ///
    /// # Errors
    /// [`CustodiansFault::TooFew`] names who is there and who may still come.
    pub fn gather(
        master: &MasterPublic,
        files: &[CustodianFile],
        session: Option<&SessionKey>,
    ) -> Result<(MasterSecret, Census), CustodiansFault> {
        let (census, shares) = count(master, files, session);
        if census.lacking() > 0 {
            return Err(CustodiansFault::TooFew(census));
        }
        let shares: Vec<_> = shares.into_iter().collect();
        let secret = MasterSecret::from_bytes(join(master.threshold, &shares)?);
        if !master.belongs(&secret)? {
            return Err(CustodiansFault::OtherKey(census));
        }
        Ok((secret, census))
    }
}

type Shares = BTreeMap<u8, Zeroizing<[u8; 32]>>;

fn count(
    master: &MasterPublic,
    files: &[CustodianFile],
    session: Option<&SessionKey>,
) -> (Census, Shares) {
    let mut shares = Shares::new();
    let mut found = Vec::with_capacity(files.len());
    for file in files {
        let finding = match read(master, &file.bytes, session) {
            Ok(Read::Share(share)) => {
                let custodian = share.custodian();
                // Both were proven against the same commitment, so they are equal.
                match shares.insert(custodian, share.secret().clone()) {
                    Some(_) => Finding::Duplicate { custodian },
                    None => Finding::Good { custodian },
                }
            }
            Ok(Read::Sealed(sealed)) => Finding::Sealed {
                session: sealed.session,
                custodian: sealed.custodian,
            },
            Err(ShareFault::Corrupt(why)) => Finding::Corrupt { why },
            Err(ShareFault::Foreign(why)) => Finding::Foreign { why },
        };
        found.push(Found {
            file: file.name.clone(),
            finding,
        });
    }
    let census = Census {
        threshold: master.threshold,
        custodians: master.custodians,
        good: shares.keys().copied().collect(),
        files: found,
    };
    (census, shares)
}

enum Read {
    Share(CustodianShare),
    Sealed(Box<Contribution>),
}

fn read(
    master: &MasterPublic,
    bytes: &[u8],
    session: Option<&SessionKey>,
) -> Result<Read, ShareFault> {
    #[derive(Deserialize)]
    struct Any {
        format: String,
    }
    let any: Any = serde_json::from_slice(bytes)
        .map_err(|_| ShareFault::Corrupt("neither a share nor a contribution".into()))?;
    let share = match any.format.as_str() {
        share::FORMAT => CustodianShare::from_bytes(bytes)?,
        contribution::FORMAT => {
            let contribution = Contribution::from_bytes(bytes)
                .map_err(|fault| ShareFault::Corrupt(fault.to_string()))?;
            match session {
                Some(key) => contribution.open(key)?,
                None if contribution.ceremony != master.ceremony => {
                    return Err(ShareFault::Foreign(format!(
                        "of another ceremony, {}",
                        contribution.ceremony
                    )));
                }
                None => return Ok(Read::Sealed(Box::new(contribution))),
            }
        }
        _ => {
            return Err(ShareFault::Foreign(
                "neither a share nor a contribution".into(),
            ));
        }
    };
    share.belongs(master)?;
    Ok(Read::Share(share))
}
