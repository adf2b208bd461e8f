//! A contribution: a custodian's share, sealed to one restore session.

use serde::{Deserialize, Serialize};

use super::hpke::{Encapsulation, HpkeFault, decapsulate, encapsulate};
use super::session::{SessionKey, SessionPublic};
use super::share::{CustodianShare, ShareFault};
use crate::object::primitives::{ONCE, open, seal};
use crate::object::text::{as_base64, from_json, to_json};
use crate::object::{Ceremony, ObjectFault, Session};

pub(super) const FORMAT: &str = "lifeboat-contribution/1";
const OBJECT: &str = "contribution";
const CONTEXT: &[u8] = b"contribution key";
const INFO: &[u8] = b"lifeboat contribution/1";

/// A share on its way to one session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contribution {
    format: String,
    /// The session that can open it.
    pub session: Session,
    /// The ceremony of the share, as it claims.
    pub ceremony: Ceremony,
    /// Whose share it is, as it claims.
    pub custodian: u8,
    encapsulation: Encapsulation,
    #[serde(with = "as_base64")]
    sealed: Vec<u8>,
}

/// A contribution that could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContributionFault {
    /// The library refused.
    #[error(transparent)]
    Hpke(#[from] HpkeFault),
    /// The share cannot be written or sealed.
    #[error(transparent)]
    Share(#[from] ShareFault),
}

impl Contribution {
    /// Seals a share to a session.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn new(share: &CustodianShare, to: &SessionPublic) -> Result<Self, ContributionFault> {
        let info = info(to.session);
        let (encapsulation, key) = encapsulate(&to.public_key, None, &info, CONTEXT)?;
        let sealed = seal(
            &key,
            ONCE,
            &[&info, &[share.custodian()]],
            &share.to_bytes()?,
        )
        .map_err(|_| ShareFault::Corrupt("it cannot be sealed".into()))?;
        Ok(Self {
            format: FORMAT.into(),
            session: to.session,
            ceremony: share.ceremony(),
            custodian: share.custodian(),
            encapsulation,
            sealed,
        })
    }

    /// The share in it.
    ///
    /// # Errors
    /// When it is for another session, was changed, or holds another share than it says.
    pub fn open(&self, key: &SessionKey) -> Result<CustodianShare, ShareFault> {
        if self.session != key.session {
            return Err(ShareFault::Foreign(format!(
                "contributed to another session, {}",
                self.session
            )));
        }
        let corrupt = |what: String| ShareFault::Corrupt(what);
        let info = info(self.session);
        let exported = decapsulate(key.seed.expose(), None, &self.encapsulation, &info, CONTEXT)
            .map_err(|fault| corrupt(fault.to_string()))?;
        let file = open(&exported, ONCE, &[&info, &[self.custodian]], &self.sealed)
            .map_err(|fault| corrupt(format!("it {fault}")))?;
        let share = CustodianShare::from_bytes(&file)?;
        if share.custodian() != self.custodian || share.ceremony() != self.ceremony {
            return Err(corrupt("it holds another share than it says".into()));
        }
        Ok(share)
    }

    /// The file.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ObjectFault> {
        to_json(OBJECT, self)
    }

    /// Reads the file.
    ///
    /// # Errors
    /// Names the member at fault.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ObjectFault> {
        let contribution: Self = from_json(OBJECT, bytes)?;
        if contribution.format != FORMAT {
            return Err(ObjectFault::new(OBJECT, "format", "unknown"));
        }
        Ok(contribution)
    }
}

fn info(session: Session) -> Vec<u8> {
    [INFO, &session.as_bytes()[..]].concat()
}
