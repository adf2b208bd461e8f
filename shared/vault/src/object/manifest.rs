//! The root manifest: what a restore point holds.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::extent::check_extents;
use super::text::{as_utc, nullable};
use super::{Extent, MANIFEST_EXTENT_AT_MOST, Manifest, ObjectFault, PackId};

const FORMAT: &str = "lifeboat-vault-manifest/1";
const OBJECT: &str = "root manifest";

/// What a restore point holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RootManifest {
    format: String,
    /// When the run began to read its sources.
    #[serde(with = "as_utc")]
    pub taken_at: DateTime<Utc>,
    /// The packs in which the sources' manifests lie.
    pub packs: Vec<PackId>,
    /// What was backed up.
    pub sources: Vec<SourceEntry>,
}

/// What kind of thing was backed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// A data package.
    Package,
    /// A folder of files, or one file.
    Folder,
    /// A database, as a generated data package.
    Database,
}

/// One thing that was backed up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceEntry {
    /// Its name, which is that of the folder it is restored to.
    pub name: String,
    /// What kind of thing it is.
    pub kind: SourceKind,
    /// The system of a data package.
    #[serde(deserialize_with = "nullable")]
    pub system: Option<String>,
    /// The agency of a data package.
    #[serde(deserialize_with = "nullable")]
    pub agency: Option<String>,
    /// When the agency took its data.
    #[serde(with = "as_utc::nullable")]
    pub taken_at: Option<DateTime<Utc>>,
    /// The sequence of a data package.
    #[serde(deserialize_with = "nullable")]
    pub sequence: Option<u64>,
    /// The recovery tier: 0 first, 2 last.
    #[serde(deserialize_with = "nullable")]
    pub tier: Option<u8>,
    /// Number of files.
    pub files: u64,
    /// Number of rows in tables.
    pub rows: u64,
    /// Bytes of all files.
    pub bytes: u64,
    /// Joined and decoded, they are the source manifest's bytes.
    pub extents: Vec<Extent>,
}

impl RootManifest {
    /// The manifest of these sources.
    ///
    /// # Errors
    /// When it breaks the format.
    pub fn new(
        taken_at: DateTime<Utc>,
        packs: Vec<PackId>,
        sources: Vec<SourceEntry>,
    ) -> Result<Self, ObjectFault> {
        let manifest = Self {
            format: FORMAT.into(),
            taken_at,
            packs,
            sources,
        };
        manifest.check()?;
        Ok(manifest)
    }
}

impl Manifest for RootManifest {
    const NAME: &'static str = OBJECT;

    fn check(&self) -> Result<(), ObjectFault> {
        let wrong = |at: usize, field, what| {
            Err(ObjectFault::new(
                OBJECT,
                format!("sources[{at}].{field}"),
                what,
            ))
        };
        if self.format != FORMAT {
            return Err(ObjectFault::new(OBJECT, "format", "unknown"));
        }
        let mut names = BTreeSet::new();
        for (at, source) in self.sources.iter().enumerate() {
            if !is_file_name(&source.name) {
                return wrong(at, "name", "not the name of a folder");
            }
            if !names.insert(&source.name) {
                return wrong(at, "name", "stands twice");
            }
            if source.tier.is_some_and(|tier| tier > 2) {
                return wrong(at, "tier", "not 0, 1 or 2");
            }
            if source.extents.is_empty() {
                return wrong(at, "extents", "none");
            }
        }
        check_extents(
            OBJECT,
            &self.packs,
            self.sources.iter().flat_map(|source| &source.extents),
            MANIFEST_EXTENT_AT_MOST,
        )
    }
}

/// Whether `name` is fit for the name of one folder, on every system that a restore may run on.
#[must_use]
pub fn is_file_name(name: &str) -> bool {
    is_part(name)
        && name.len() <= 255
        && !name
            .chars()
            .any(|c| c.is_control() || matches!(c, '/' | '\\' | ':'))
}

/// Whether `path` is relative, `/`-separated, and leads nowhere but down. Apart from that a file may have any name.
#[must_use]
pub fn is_relative_path(path: &str) -> bool {
    path.split('/').all(is_part)
}

fn is_part(part: &str) -> bool {
    !matches!(part, "" | "." | "..") && !part.contains('\0')
}
