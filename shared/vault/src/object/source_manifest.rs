//! The source manifest: the files of one thing backed up, and how they are put together.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::extent::check_extents;
use super::manifest::is_relative_path;
use super::text::nullable;
use super::{EXTENT_AT_MOST, Extent, Hash32, Manifest, ObjectFault, PackId, RecipeReader};

const FORMAT: &str = "lifeboat-vault-source/1";
const OBJECT: &str = "source manifest";

/// The files of one thing backed up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceManifest {
    format: String,
    /// The packs in which the files' extents lie.
    pub packs: Vec<PackId>,
    /// The extents that recipes refer to.
    pub extents: Vec<Extent>,
    /// The files.
    pub files: Vec<FileEntry>,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Relative path, `/`-separated.
    pub path: String,
    /// Length in bytes.
    pub bytes: u64,
    /// BLAKE3 of the whole file.
    pub blake3: Hash32,
    /// Whether its owner may execute it.
    pub executable: bool,
    /// The table whose rows it holds.
    #[serde(deserialize_with = "nullable")]
    pub table: Option<String>,
    /// Its segments in order; see [`segments`](Self::segments).
    #[serde(with = "serde_bytes")]
    pub recipe: Vec<u8>,
    /// The key ranges of a table, in order; together they hold every row.
    pub parts: Vec<Part>,
}

/// A key range of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The first row's key: its values as they stand in the file, quotes undone, as text; what is no text is U+FFFD.
    pub first: Vec<String>,
    /// The last row's key.
    pub last: Vec<String>,
    /// Number of rows.
    pub rows: u64,
    /// First byte in the file.
    pub offset: u64,
    /// Bytes.
    pub bytes: u64,
}

impl FileEntry {
    /// The segments that make up the file.
    #[must_use]
    pub fn segments(&self) -> RecipeReader<'_> {
        RecipeReader::new(&self.recipe)
    }

    /// Number of rows of a table.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.parts
            .iter()
            .fold(0, |rows, part| rows.saturating_add(part.rows))
    }
}

impl SourceManifest {
    /// The manifest of these files.
    ///
    /// # Errors
    /// When it breaks the format.
    pub fn new(
        packs: Vec<PackId>,
        extents: Vec<Extent>,
        files: Vec<FileEntry>,
    ) -> Result<Self, ObjectFault> {
        let manifest = Self {
            format: FORMAT.into(),
            packs,
            extents,
            files,
        };
        manifest.check()?;
        Ok(manifest)
    }
}

/// Once it is checked, every segment of every recipe is known to lie in its extent, and every file to have as many bytes as its
/// segments.
impl Manifest for SourceManifest {
    const NAME: &'static str = OBJECT;

    fn check(&self) -> Result<(), ObjectFault> {
        if self.format != FORMAT {
            return Err(ObjectFault::new(OBJECT, "format", "unknown"));
        }
        check_extents(OBJECT, &self.packs, self.extents.iter(), EXTENT_AT_MOST)?;
        let mut paths = BTreeSet::new();
        for (at, file) in self.files.iter().enumerate() {
            let named = |(field, what): (&str, String)| {
                ObjectFault::new(OBJECT, format!("files[{at}].{field}"), what)
            };
            if !is_relative_path(&file.path) {
                return Err(named((
                    "path",
                    "not a relative path that leads down".into(),
                )));
            }
            if !paths.insert(&file.path) {
                return Err(named(("path", "stands twice".into())));
            }
            self.check_recipe(file)
                .map_err(|what| named(("recipe", what)))?;
            check_parts(file).map_err(|what| named(("parts", what.into())))?;
        }
        for path in &paths {
            let mut folder = path.as_str();
            while let Some((above, _)) = folder.rsplit_once('/') {
                folder = above;
                if paths.contains(&folder.to_owned()) {
                    return Err(ObjectFault::new(
                        OBJECT,
                        "files",
                        "a path is a file and a folder",
                    ));
                }
            }
        }
        Ok(())
    }
}

impl SourceManifest {
    fn check_recipe(&self, file: &FileEntry) -> Result<(), String> {
        let mut bytes = 0u64;
        for segment in file.segments() {
            let segment = segment.map_err(|fault| fault.to_string())?;
            let extent = usize::try_from(segment.extent)
                .ok()
                .and_then(|extent| self.extents.get(extent))
                .ok_or("a segment of an extent that is not listed")?;
            if u64::from(segment.offset) + u64::from(segment.length) > u64::from(extent.raw) {
                return Err("a segment ends beyond its extent".into());
            }
            bytes += u64::from(segment.length);
        }
        if bytes == file.bytes {
            Ok(())
        } else {
            Err("its segments have not as many bytes as the file".into())
        }
    }
}

fn check_parts(file: &FileEntry) -> Result<(), &'static str> {
    if file.table.is_none() && !file.parts.is_empty() {
        return Err("parts of what is no table");
    }
    let mut end = 0u64;
    let mut rows = 0u64;
    for part in &file.parts {
        if part.offset < end {
            return Err("not in order");
        }
        end = part
            .offset
            .checked_add(part.bytes)
            .filter(|end| *end <= file.bytes)
            .ok_or("one ends beyond the file")?;
        rows = rows.checked_add(part.rows).ok_or("too many rows")?;
        if part.rows == 0 || part.bytes == 0 {
            return Err("one is empty");
        }
    }
    Ok(())
}
