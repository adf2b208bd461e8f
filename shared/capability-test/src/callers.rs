//! Who asks.

use access::caller::{Assurance, Caller, CallerKind};

fn caller(kind: CallerKind, subject: &str, assurance: Assurance) -> Caller {
    Caller {
        kind,
        subject: subject.to_owned(),
        assurance,
        ..Caller::anonymous(None)
    }
}

/// A citizen who signed in with registry facts.
#[must_use]
pub fn citizen(id: &str) -> Caller {
    caller(CallerKind::Citizen, id, Assurance::Basic)
}

/// A citizen who signed in with a passkey.
#[must_use]
pub fn strong_citizen(id: &str) -> Caller {
    caller(CallerKind::Citizen, id, Assurance::Strong)
}

/// A program of this kind for this function.
#[must_use]
pub fn program(kind: CallerKind, function: &str) -> Caller {
    Caller {
        functions: [function.to_owned()].into(),
        ..caller(kind, "program-1", Assurance::Strong)
    }
}

/// An officer of this function.
#[must_use]
pub fn officer(function: &str) -> Caller {
    program(CallerKind::Officer, function)
}

/// A clinician.
#[must_use]
pub fn clinician(function: &str) -> Caller {
    program(CallerKind::Clinician, function)
}
