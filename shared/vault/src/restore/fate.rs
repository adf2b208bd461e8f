//! What becomes of the sources of a restore whose place is a database.

use super::RestoreError;
use super::database::Database;
use super::plan::PlannedSource;
use crate::object::{SourceEntry, SourceKind};

/// What becomes of a source whose place is a database.
pub(super) enum Fate {
    /// A system is loaded from it.
    Loaded,
    /// It is a database, and made again as it was.
    Rebuilt,
    /// Nothing, for the reason that is said.
    Left(String),
}

impl Fate {
    /// Refuses where nothing at all would be restored.
    pub(super) fn of_all(
        sources: &[PlannedSource],
        database: &Database,
    ) -> Result<Vec<Self>, RestoreError> {
        let databases = sources
            .iter()
            .filter(|source| source.entry.kind == SourceKind::Database)
            .count();
        let fate = |source: &PlannedSource| Self::of(&source.entry, database, databases);
        let fates: Vec<Self> = sources.iter().map(fate).collect();
        let left = fates.iter().map(|fate| match fate {
            Self::Left(said) => Some(said.as_str()),
            Self::Loaded | Self::Rebuilt => None,
        });
        match left.collect::<Option<Vec<_>>>() {
            Some(said) => Err(RestoreError::Usage(said.join("; "))),
            None => Ok(fates),
        }
    }

    /// `databases`: how many there are to be restored.
    fn of(entry: &SourceEntry, database: &Database, databases: usize) -> Self {
        if database.takes(entry) {
            return Self::Loaded;
        }
        let why = match (&entry.kind, &entry.system) {
            (SourceKind::Database, _) if !database.is_postgres() => {
                "only PostgreSQL takes a database of PostgreSQL".to_owned()
            }
            (SourceKind::Database, _) if databases > 1 => {
                "several databases do not fit into one: name one with --system NAME".to_owned()
            }
            (SourceKind::Database, _) => return Self::Rebuilt,
            (SourceKind::Package, Some(system)) => {
                format!("this program does not know the system `{system}`")
            }
            (SourceKind::Package, None) => "it names no system".to_owned(),
            (SourceKind::Folder, _) => "it is a folder and no data package".to_owned(),
        };
        Self::Left(format!(
            "{} is not loaded: {why}; or restore it to a folder with --to DIR",
            entry.name
        ))
    }
}
