//! A restore session: a key pair that custodians send their shares to, so that a share never travels in the clear.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::hpke::{HpkeFault, PublicKey};
use crate::object::primitives::sha256;
use crate::object::text::{SecretHex, as_utc, from_json, to_json};
use crate::object::{ObjectFault, Session, random};

const FORMAT: &str = "lifeboat-session/1";
const KEY_FORMAT: &str = "lifeboat-session-key/1";

/// `session.pub`: what custodians need to contribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionPublic {
    format: String,
    /// The session.
    pub session: Session,
    /// When it was opened.
    #[serde(with = "as_utc")]
    pub created: DateTime<Utc>,
    /// To which contributions are sealed.
    pub public_key: PublicKey,
}

/// `session.key`: opens contributions; stays on the restoring machine and is deleted after the restore.
#[derive(Debug, Clone)]
pub struct SessionKey {
    /// The session.
    pub session: Session,
    pub(super) seed: SessionSecret,
}

crate::object::secret::secret_type!(
    /// The seed of a session's key pair.
    SessionSecret
);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    format: String,
    session: Session,
    seed: SecretHex,
}

/// A session that could not be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SessionFault {
    /// There is no randomness.
    #[error(transparent)]
    NoRandomness(#[from] crate::object::NoRandomness),
    /// The library refused.
    #[error(transparent)]
    Hpke(#[from] HpkeFault),
}

/// Opens a session.
///
/// # Errors
/// When there is no randomness.
pub fn open_session(created: DateTime<Utc>) -> Result<(SessionPublic, SessionKey), SessionFault> {
    let seed = SessionSecret::from_bytes(Zeroizing::new(random()?));
    let session = Session::generate()?;
    let public = SessionPublic {
        format: FORMAT.into(),
        session,
        created,
        public_key: PublicKey::of_seed(seed.expose())?,
    };
    Ok((public, SessionKey { session, seed }))
}

impl SessionPublic {
    /// What the restoring machine shows and each custodian compares before contributing, by voice or on paper: 8 groups of 4
    /// hexadecimal digits. Without that, whoever carries `session.pub` could put a key of their own in its place.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let hash = sha256(&[
            b"lifeboat session/1",
            self.session.as_bytes(),
            self.public_key.as_bytes(),
        ])
        .to_string();
        let groups: Vec<&str> = (0..8)
            .filter_map(|at| hash.get(4 * at..4 * at + 4))
            .collect();
        groups.join("-")
    }

    /// The file.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ObjectFault> {
        to_json("session.pub", self)
    }

    /// Reads the file.
    ///
    /// # Errors
    /// Names the member at fault.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ObjectFault> {
        let session: Self = from_json("session.pub", bytes)?;
        if session.format != FORMAT {
            return Err(ObjectFault::new("session.pub", "format", "unknown"));
        }
        Ok(session)
    }
}

impl SessionKey {
    /// The file: JSON, secret.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn to_bytes(&self) -> Result<Zeroizing<Vec<u8>>, ObjectFault> {
        let file = KeyFile {
            format: KEY_FORMAT.into(),
            session: self.session,
            seed: SecretHex(Zeroizing::new(*self.seed.expose())),
        };
        to_json("session.key", &file).map(Zeroizing::new)
    }

    /// Reads the file.
    ///
    /// # Errors
    /// Names the member at fault.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ObjectFault> {
        let file: KeyFile = from_json("session.key", bytes)?;
        if file.format != KEY_FORMAT {
            return Err(ObjectFault::new("session.key", "format", "unknown"));
        }
        Ok(Self {
            session: file.session,
            seed: SessionSecret::from_bytes(file.seed.0),
        })
    }
}
