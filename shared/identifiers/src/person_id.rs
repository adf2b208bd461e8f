//! The number a person goes by, citizen or not.

use std::fmt;
use std::str::FromStr;

use crate::column::column_traits;
use crate::identifier::text_traits;
use crate::{Invalid, NationalId, Rule, UiNumber};

/// National ID or UI number (身分證統一編號或外來人口統一證號): the key of a person where both kinds of people occur.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PersonId {
    /// A citizen with household registration.
    National(NationalId),
    /// Everybody else.
    Resident(UiNumber),
}

impl PersonId {
    /// The stored form, ten characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::National(id) => id.as_str(),
            Self::Resident(id) => id.as_str(),
        }
    }
}

impl FromStr for PersonId {
    type Err = Invalid;

    fn from_str(raw: &str) -> Result<Self, Invalid> {
        // The second character tells the two apart; what it leaves open is reported as this type's own fault.
        let parsed = match raw.as_bytes().get(1) {
            Some(b'1' | b'2') => raw.parse().map(Self::National),
            _ => raw.parse().map(Self::Resident),
        };
        parsed.map_err(|invalid: Invalid| Rule::of::<Self>(invalid.rule()))
    }
}

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl AsRef<str> for PersonId {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl From<NationalId> for PersonId {
    fn from(id: NationalId) -> Self {
        Self::National(id)
    }
}

impl From<UiNumber> for PersonId {
    fn from(id: UiNumber) -> Self {
        Self::Resident(id)
    }
}

text_traits!(PersonId, personal; "person ID", "身分證統一編號或外來人口統一證號", "^[A-Z][A-D1289][0-9]{8}$", "A123456789");
column_traits!(PersonId);
