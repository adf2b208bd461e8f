//! What of a name or number is shown to whom, where a system's own law does not say otherwise.
//!
//! A citizen who proved themselves with registry facts only (AAL1) sees `A12345****` and 王○明; everybody else who may
//! ask at all sees the whole. Organisations have no privacy in a register.

use access::caller::{Assurance, Caller, CallerKind};
use identifiers::mask::{Masked, citizen};
use identifiers::{PartyId, PersonId, PersonName};

/// Who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Anybody who did not prove more than facts that others may know too.
    Basic,
    /// A citizen with strong assurance; an officer, a clinician or an agency's system that may ask.
    Whole,
}

impl Audience {
    /// The audience that a caller is.
    #[must_use]
    pub fn of(caller: &Caller) -> Self {
        match (caller.kind, caller.assurance) {
            (CallerKind::Citizen, Assurance::Strong)
            | (CallerKind::Officer | CallerKind::Clinician | CallerKind::AgencySystem, _) => {
                Self::Whole
            }
            _ => Self::Basic,
        }
    }

    /// A person's number.
    pub fn id(self, id: impl Into<PersonId>) -> Masked {
        match self {
            Self::Basic => citizen::id(&id.into()),
            Self::Whole => Masked::whole(id.into()),
        }
    }

    /// A person's number; an organisation's stays whole.
    #[must_use]
    pub fn party(self, id: PartyId) -> Masked {
        match id {
            PartyId::Person(id) => self.id(id),
            PartyId::Organisation(ubn) => Masked::whole(ubn),
        }
    }

    /// A person's name.
    #[must_use]
    pub fn name(self, name: &PersonName) -> Masked {
        match self {
            Self::Basic => citizen::name(name),
            Self::Whole => Masked::whole(name),
        }
    }

    /// The number of a card or another document.
    pub fn document_no(self, number: impl AsRef<str> + std::fmt::Display) -> Masked {
        match self {
            Self::Basic => citizen::document_no(number),
            Self::Whole => Masked::whole(number),
        }
    }
}
