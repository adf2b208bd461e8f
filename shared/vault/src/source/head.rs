use chrono::{DateTime, Utc};
use runtime::clock::SharedClock;

/// What kind of thing is backed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A folder with `datapackage.json`.
    Package,
    /// Any other folder, or one file.
    Folder,
    /// A PostgreSQL database.
    Database,
}

impl Kind {
    /// The word in the root manifest.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Package => "package",
            Self::Folder => "folder",
            Self::Database => "database",
        }
    }
}

/// What the root manifest says of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceHead {
    /// The folder that a restore makes: one step, unlike any other of the run.
    pub name: String,
    /// Of what kind.
    pub kind: Kind,
    /// The system, e.g. `household`.
    pub system: Option<String>,
    /// Whose data it is.
    pub agency: Option<String>,
    /// When the data looked like this.
    pub taken_at: Option<DateTime<Utc>>,
    /// Number of the export.
    pub sequence: Option<u64>,
    /// Recovery tier, 0 first.
    pub tier: Option<u8>,
}

/// What the operator says of a source. Every `None` is taken from the source itself, or stays unknown.
#[derive(Debug, Clone)]
pub struct SourceOptions {
    /// The folder that a restore makes.
    pub name: Option<String>,
    /// The system.
    pub system: Option<String>,
    /// Whose data it is.
    pub agency: Option<String>,
    /// Recovery tier.
    pub tier: Option<u8>,
    /// The recovery tier of a system, where the operator says none.
    pub tier_of: fn(&str) -> Option<u8>,
    /// Only this schema of a database; else all but the server's own.
    pub schema: Option<String>,
    /// Connections to a database, at least 1, for as many tables at once.
    pub connections: usize,
    /// For sources that do not say when they were taken.
    pub clock: SharedClock,
}

impl SourceOptions {
    /// Nothing said: every source speaks for itself, and no system has a tier.
    #[must_use]
    pub fn new(clock: SharedClock) -> Self {
        Self {
            name: None,
            system: None,
            agency: None,
            tier: None,
            tier_of: |_| None,
            schema: None,
            connections: 2,
            clock,
        }
    }

    /// The tier of a source of this system.
    pub(super) fn tier(&self, system: Option<&str>) -> Option<u8> {
        self.tier.or_else(|| (self.tier_of)(system?))
    }
}
