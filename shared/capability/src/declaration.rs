//! The declaration of a capability.

use chrono::NaiveDate;
use futures_util::future::BoxFuture;
use identifiers::{Invalid, PersonId};
use invented::{Rows, World};
use runtime::operations::Operations;
use sea_orm::{DatabaseConnection, DbErr};
use serde_json::Value;
use snapshot::{Probe, System, TableDefinition};
use utoipa::openapi::OpenApi;

use crate::filing::{self, Form, Kind, Offered};
use crate::openapi;

/// Registers operations of a capability, for serving and for its OpenAPI document alike.
pub type Routes = fn(&mut Operations<'_>);

/// The rows of every table for an invented population; tables that stay empty may be left out.
pub type Invent = fn(&World) -> Result<Vec<Rows>, Invalid>;

/// What a person could file on a day, by the restored records; for demonstrations and drills, never for serving.
pub type Sample = for<'a> fn(&'a DatabaseConnection, PersonId, NaiveDate) -> BoxFuture<'a, Sampled>;

/// An application that passes its rules; none where a person has nothing that it could be about.
pub type Sampled = Result<Option<SampleApplication>, DbErr>;

/// A form filled in for one person.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleApplication {
    /// Its kind's name.
    pub kind: &'static str,
    /// The form.
    pub form: Value,
}

impl SampleApplication {
    /// A form of this kind.
    #[must_use]
    pub fn of<F: Form>(form: Value) -> Self {
        let kind = F::KIND.name;
        Self { kind, form }
    }
}

/// Everything that makes a service one of the packaged business capabilities.
#[derive(Clone, Copy, Debug)]
pub struct Capability {
    /// The crate's and the path's name, such as `household`.
    pub name: &'static str,
    /// The system it stands in for, in the plan's words, such as 戶政與役政資訊系統.
    pub system_name: &'static str,
    /// One sentence in English on what it answers.
    pub summary: &'static str,
    /// When it is restored: tier 0 first.
    pub recovery_tier: u8,
    /// The version of its tables; a data package must declare the same.
    pub schema_version: u32,
    /// Its tables, each derived from a sea-orm entity.
    pub tables: fn() -> Vec<TableDefinition>,
    /// Questions a freshly loaded snapshot must answer before it is switched to.
    pub probes: fn() -> Vec<Probe>,
    /// What its agency would know of an invented population; for demonstrations and drills.
    pub invent: Invent,
    /// Its lookups.
    pub lookups: Routes,
    /// What can be filed with it; who may file follows from the kinds.
    pub applications: &'static [Offered],
    /// An application that somebody could file; for demonstrations and drills.
    pub sample: Option<Sample>,
    /// Who may ask what, as Cedar policies.
    pub policy: &'static str,
}

impl Capability {
    /// What a data package for this capability is checked against.
    #[must_use]
    pub fn system(&self) -> System {
        System {
            name: self.name,
            schema_version: self.schema_version,
            tables: (self.tables)(),
            probes: (self.probes)(),
        }
    }

    /// The kinds of what can be filed.
    pub(crate) fn kinds(&self) -> Vec<Kind> {
        self.applications.iter().map(|one| one.kind).collect()
    }

    /// Registers its lookups, its applications, and what comes with applications.
    pub(crate) fn operations(&self, operations: &mut Operations<'_>) {
        (self.lookups)(operations);
        for offered in self.applications {
            (offered.route)(operations);
        }
        if !self.applications.is_empty() {
            filing::routes(operations);
        }
    }

    /// Its OpenAPI document, with the extension that the gateway's catalogue is made of.
    #[must_use]
    pub fn openapi(&self) -> OpenApi {
        openapi::document(self)
    }
}
