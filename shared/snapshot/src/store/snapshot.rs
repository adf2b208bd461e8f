//! What is known of a snapshot.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

/// A loaded package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Snapshot {
    /// Made anew for every load.
    pub id: Uuid,
    /// Whether it is served.
    pub state: State,
    /// The system, e.g. `household`.
    pub system: String,
    /// The agency that exported it.
    pub agency: String,
    /// When the agency's database looked like this.
    pub taken_at: DateTime<Utc>,
    /// Number of the export.
    pub sequence: u64,
    /// Version of the tables.
    pub schema_version: u32,
    /// Rows of all tables.
    pub rows: u64,
    /// Rows that were put aside because they broke a rule; they are not served.
    pub rows_quarantined: u64,
    /// If nobody vouches for the origin of the data: the words that every answer shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsigned: Option<String>,
    /// SHA-256 of the package's `datapackage.json`.
    pub package: String,
    /// SHA-256 of the tables' DDL.
    #[serde(skip)]
    pub(crate) definition: String,
    /// Folder of the rows that were put aside; the same folder is needed to resume.
    #[serde(skip)]
    pub(crate) quarantine: Option<String>,
    /// Schema (PostgreSQL) or file (SQLite).
    pub place: String,
    /// When its load began.
    pub begun_at: DateTime<Utc>,
    /// When it was last switched to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activated_at: Option<DateTime<Utc>>,
}

/// What a snapshot is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is served.
    Active,
    /// It was served before, and is kept for a rollback.
    Previous,
    /// Its load has not ended; it can be resumed.
    Loading,
    /// Its data is being removed.
    Dropping,
}

impl State {
    /// As it is stored and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Previous => "previous",
            Self::Loading => "loading",
            Self::Dropping => "dropping",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for State {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Active, Self::Previous, Self::Loading, Self::Dropping]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| format!("no state of a snapshot: {text}"))
    }
}
