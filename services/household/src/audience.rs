//! What of a name or number this system shows to whom.
//!
//! A citizen who proved themselves with registry facts only (AAL1) sees `A12345****` and 王○明; everybody else who may
//! ask at all sees the whole.

use access::caller::{Assurance, Caller, CallerKind};
use identifiers::mask::{Masked, citizen};
use identifiers::{PersonId, PersonName};

/// Who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// A citizen with basic assurance.
    Basic,
    /// A citizen with strong assurance, or an officer.
    Whole,
}

impl Audience {
    pub(crate) fn of(caller: &Caller) -> Self {
        match (caller.kind, caller.assurance) {
            (CallerKind::Citizen, Assurance::Strong) | (CallerKind::Officer, _) => Self::Whole,
            _ => Self::Basic,
        }
    }

    pub(crate) fn id(self, id: impl Into<PersonId>) -> Masked {
        match self {
            Self::Basic => citizen::id(&id.into()),
            Self::Whole => Masked::whole(id.into()),
        }
    }

    pub(crate) fn name(self, name: &PersonName) -> Masked {
        match self {
            Self::Basic => citizen::name(name),
            Self::Whole => Masked::whole(name),
        }
    }
}
