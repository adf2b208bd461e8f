//! Whoever may own, owe or hold something.

use std::fmt;
use std::str::FromStr;

use crate::column::column_traits;
use crate::identifier::text_traits;
use crate::{Invalid, PersonId, Rule, Ubn};

/// A person or an organisation (權利人統一編號): owner of land or a vehicle, taxpayer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartyId {
    /// A natural person.
    Person(PersonId),
    /// A company, agency, temple, …
    Organisation(Ubn),
}

impl PartyId {
    /// The stored form: ten characters of a person, eight digits of an organisation.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Person(id) => id.as_str(),
            Self::Organisation(id) => id.as_str(),
        }
    }
}

impl FromStr for PartyId {
    type Err = Invalid;

    fn from_str(raw: &str) -> Result<Self, Invalid> {
        let parsed = if raw.starts_with(|c: char| c.is_ascii_digit()) {
            raw.parse().map(Self::Organisation)
        } else {
            raw.parse().map(Self::Person)
        };
        parsed.map_err(|invalid: Invalid| Rule::of::<Self>(invalid.rule()))
    }
}

impl From<PersonId> for PartyId {
    fn from(id: PersonId) -> Self {
        Self::Person(id)
    }
}

impl fmt::Display for PartyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl AsRef<str> for PartyId {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

text_traits!(PartyId, personal; "person or organisation", "權利人統一編號", "^([A-Z][A-D1289][0-9]{8}|[0-9]{8})$", "A123456789");
column_traits!(PartyId);
