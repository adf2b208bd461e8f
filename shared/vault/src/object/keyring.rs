//! The keyring of a generation: its secret and the repository key, sealed to the master key.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::text::{as_base64, as_utc, from_json, to_json};
use super::{Generation, Hash32, ObjectFault, RepositoryId};
use crate::keys::{Encapsulation, GenerationPublic};

const FORMAT: &str = "lifeboat-vault-keyring/1";
const OBJECT: &str = "keyring";

/// A generation's keyring. `keys::generation` makes and opens it; deleting it from every cloud erases the generation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keyring {
    pub(crate) format: String,
    /// The repository.
    pub repository: RepositoryId,
    /// The generation.
    pub generation: Generation,
    /// When the generation began.
    #[serde(with = "as_utc")]
    pub created: DateTime<Utc>,
    /// The fingerprint of the master key that it is sealed to.
    pub master: Hash32,
    /// The key to which this generation's epochs are sealed.
    pub generation_public: GenerationPublic,
    pub(crate) encapsulation: Encapsulation,
    #[serde(with = "as_base64")]
    pub(crate) sealed: Vec<u8>,
}

impl Keyring {
    /// The `format` that is written.
    pub(crate) fn format() -> String {
        FORMAT.into()
    }

    /// The payload.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ObjectFault> {
        to_json(OBJECT, self)
    }

    /// Reads a payload.
    ///
    /// # Errors
    /// Names the member at fault.
    pub fn from_bytes(payload: &[u8]) -> Result<Self, ObjectFault> {
        let keyring: Self = from_json(OBJECT, payload)?;
        if keyring.format != FORMAT {
            return Err(ObjectFault::new(OBJECT, "format", "unknown"));
        }
        Ok(keyring)
    }
}
