//! What a form's rules may ask.

use access::caller::Caller;
use chrono::{DateTime, NaiveDate, Utc};
use identifiers::PersonId;
use runtime::taipei;
use serde::Serialize;
use utoipa::ToSchema;

use crate::lookup::Lookup;
use crate::tables::Tables;

/// What the rules of a form have at hand.
#[derive(Clone, Copy, Debug)]
pub struct Examination<'a> {
    pub(super) lookup: &'a Lookup,
    pub(super) applicant: PersonId,
    pub(super) now: DateTime<Utc>,
}

impl Examination<'_> {
    /// Who files.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        self.lookup.caller()
    }

    /// The applicant's number.
    #[must_use]
    pub fn own_id(&self) -> PersonId {
        self.applicant
    }

    /// The tables of the snapshot in service.
    #[must_use]
    pub fn db(&self) -> &Tables {
        self.lookup.db()
    }

    /// The day it is in Taiwan.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        taipei::day(self.now)
    }
}

/// The rules of a form have nothing to say of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct NoFinding;
