//! What a restore will write, and which packs it needs for it.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use super::batch::{Pieces, Wanted};
use super::choice::Choice;
use super::{Refusal, RestoreError};
use crate::object::{FileEntry, Part, SourceEntry, SourceManifest};

/// A source as far as it is wanted.
#[derive(Debug)]
pub(super) struct PlannedSource {
    pub(super) name: String,
    pub(super) entry: SourceEntry,
    pub(super) manifest: Arc<SourceManifest>,
    /// The places in the catalogue of the manifest's packs.
    pub(super) packs: Vec<usize>,
    pub(super) files: Vec<PlannedFile>,
}

/// A file as far as it is wanted.
#[derive(Debug, Clone)]
pub(super) struct PlannedFile {
    /// Index among the manifest's files.
    at: usize,
    /// Below the target: the source's name and the file's path.
    pub(super) path: String,
    pub(super) bytes: u64,
    pub(super) rows: u64,
    pub(super) executable: bool,
    pub(super) blake3: Option<[u8; 32]>,
    pub(super) ranges: Vec<Range<u64>>,
}

impl PlannedSource {
    /// Chooses the files, and of a table the part in which a key lies.
    pub(super) fn new(
        entry: SourceEntry,
        manifest: SourceManifest,
        packs: Vec<usize>,
        choice: &Choice,
    ) -> Self {
        let mut files = Vec::new();
        for (at, file) in manifest.files.iter().enumerate() {
            if !choice.wants_table(file.table.as_deref()) {
                continue;
            }
            let path = format!("{}/{}", entry.name, file.path);
            let planned = match &choice.key {
                None => Some(PlannedFile::whole(at, path, file)),
                Some(key) => PlannedFile::part(at, path, file, key),
            };
            files.extend(planned);
        }
        Self {
            name: entry.name.clone(),
            entry,
            manifest: Arc::new(manifest),
            packs,
            files,
        }
    }

    /// The same source with other files of it, in this order.
    pub(super) fn with(&self, files: Vec<PlannedFile>) -> Self {
        Self {
            name: self.name.clone(),
            entry: self.entry.clone(),
            manifest: Arc::clone(&self.manifest),
            packs: self.packs.clone(),
            files,
        }
    }

    /// What the manifest says of a planned file.
    pub(super) fn entry_of(&self, file: &PlannedFile) -> &FileEntry {
        &self.manifest.files[file.at]
    }

    /// The recipe of a planned file.
    pub(super) fn recipe(&self, file: &PlannedFile) -> &[u8] {
        &self.entry_of(file).recipe
    }

    /// Bytes that will be written.
    pub(super) fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// The places in the catalogue of the packs that are needed: these and no others are fetched.
    pub(super) fn needed(&self) -> Result<HashSet<usize>, RestoreError> {
        let files = self.files.iter().map(|planned| Wanted {
            file: 0,
            ranges: &planned.ranges,
            segments: self.manifest.files[planned.at].segments(),
        });
        let mut pieces = Pieces::new(&self.manifest.extents, files);
        let mut used = vec![false; self.packs.len()];
        while let Some(piece) = pieces.next()? {
            used[self.manifest.extents[piece.extent as usize].pack as usize] = true;
        }
        let places = self.packs.iter().zip(used);
        Ok(places
            .filter(|(_, used)| *used)
            .map(|(place, _)| *place)
            .collect())
    }

    /// Refuses a plan that holds nothing of what was asked for.
    pub(super) fn check(sources: &[Self], choice: &Choice) -> Result<(), RestoreError> {
        for table in &choice.tables {
            let has = |file: &FileEntry| file.table.as_ref() == Some(table);
            if !sources
                .iter()
                .any(|source| source.manifest.files.iter().any(has))
            {
                let said = format!("no table `{table}` is in what was chosen");
                return Err(RestoreError::Usage(said));
            }
        }
        if let Some(key) = &choice.key
            && sources.iter().all(|source| source.files.is_empty())
        {
            return Err(RestoreError::Usage(format!(
                "the key `{key}` lies in no part of the table"
            )));
        }
        Ok(())
    }
}

impl PlannedFile {
    fn whole(at: usize, path: String, file: &FileEntry) -> Self {
        Self {
            at,
            path,
            bytes: file.bytes,
            rows: file.rows(),
            executable: file.executable,
            blake3: Some(file.blake3.0),
            ranges: std::iter::once(0..file.bytes).collect(),
        }
    }

    /// The heading of the file, and the parts in which the key may lie; none if it can lie in no part.
    fn part(at: usize, path: String, file: &FileEntry, key: &str) -> Option<Self> {
        let holds = |first: &[String], last: &[String]| match (first.first(), last.first()) {
            (Some(first), Some(last)) => is_between(key, first, last),
            // Rows that have no key may be anyone's.
            _ => true,
        };
        let ordered = is_ordered(&file.parts);
        let parts = file
            .parts
            .iter()
            .filter(|part| !ordered || holds(&part.first, &part.last));
        let mut ranges: Vec<Range<u64>> = Vec::new();
        let mut rows = 0;
        for part in parts {
            rows += part.rows;
            ranges.push(part.offset..part.offset + part.bytes);
        }
        if ranges.is_empty() {
            return None;
        }
        let heading = file.parts.first().map_or(0, |part| part.offset);
        ranges.insert(0, 0..heading);
        Some(Self {
            at,
            path,
            bytes: ranges.iter().map(|range| range.end - range.start).sum(),
            rows,
            executable: file.executable,
            blake3: None,
            ranges,
        })
    }
}

/// Whether a key may lie in a range. Whether a table is ordered by number or by bytes is not known, so either is enough; a
/// range whose ends are in neither order, as of a table that is not ordered by its key, may hold any key.
fn is_between(key: &str, first: &str, last: &str) -> bool {
    let by_bytes = (first <= last).then(|| (first..=last).contains(&key));
    let numbers = (
        key.parse::<i64>(),
        first.parse::<i64>(),
        last.parse::<i64>(),
    );
    let by_number = match numbers {
        (Ok(key), Ok(first), Ok(last)) if first <= last => Some((first..=last).contains(&key)),
        _ => None,
    };
    match (by_bytes, by_number) {
        (None, None) => true,
        (bytes, number) => bytes == Some(true) || number == Some(true),
    }
}

/// Whether the ends of the parts follow each other, by bytes or by number; where they do not, the table is not ordered by
/// its key, and the key may be anywhere.
fn is_ordered(parts: &[Part]) -> bool {
    let ends = || {
        parts
            .iter()
            .flat_map(|part| [part.first.first(), part.last.first()])
            .flatten()
    };
    let numbers: Option<Vec<i64>> = ends().map(|end| end.parse().ok()).collect();
    ends().is_sorted() || numbers.is_some_and(|numbers| numbers.is_sorted())
}

/// The manifest of a source does not fit what the root says of it.
pub(super) fn check_counts(entry: &SourceEntry, manifest: &SourceManifest) -> Result<(), Refusal> {
    let files = manifest.files.len() as u64;
    let bytes: u64 = manifest.files.iter().map(|file| file.bytes).sum();
    if (files, bytes) == (entry.files, entry.bytes) {
        Ok(())
    } else {
        Err(Refusal::Contradiction(format!(
            "{} has other files than the backup says",
            entry.name
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::{is_between, is_ordered};
    use crate::object::Part;

    #[test]
    fn a_table_that_is_not_ordered_is_searched_whole() {
        let part = |first: &str, last: &str| Part {
            first: vec![first.to_owned()],
            last: vec![last.to_owned()],
            rows: 1,
            offset: 0,
            bytes: 1,
        };
        assert!(is_ordered(&[part("1", "9"), part("10", "12")]));
        assert!(is_ordered(&[part("1", "10"), part("2", "3")]));
        assert!(!is_ordered(&[part("B", "D"), part("A", "C")]));
    }

    #[test]
    fn keys_are_compared_as_numbers_or_as_bytes() {
        assert!(is_between("10", "9", "11"));
        assert!(!is_between("12", "9", "11"));
        assert!(is_between("A10", "A1", "A2"));
        assert!(!is_between("A3", "A1", "A2"));
        assert!(is_between("Z", "B", "A"), "not in order: it may be there");
        assert!(is_between("100", "1", "19"), "ordered as text");
    }
}
