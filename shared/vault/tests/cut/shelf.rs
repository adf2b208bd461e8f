//! Keeps extents in memory, and gives files back from them.

use std::collections::HashMap;

use tempfile::TempDir;
use vault::cut::{CutError, Dialect, Extents, FileCut, SeenTable, TableCutter, TableShape};
use vault::object::{ContentHash, ContentKey, Generation, RepositoryId, RepositoryKey};

pub(crate) fn key() -> ContentKey {
    key_of(7)
}

/// The content key of a repository whose key is this byte over and over.
pub(crate) fn key_of(byte: u8) -> ContentKey {
    let repository = RepositoryKey::from_bytes([byte; 32].into());
    repository.content_key(RepositoryId(uuid::Uuid::nil()), Generation::FIRST)
}

pub(crate) fn shape(key_columns: &[usize]) -> TableShape {
    TableShape {
        name: "person".to_owned(),
        key_columns: key_columns.to_vec(),
        dialect: Dialect::default(),
        header: true,
    }
}

/// Extents by their hash.
#[derive(Default)]
pub(crate) struct Shelf {
    pub(crate) extents: HashMap<ContentHash, Vec<u8>>,
    /// Bytes that were not there before.
    pub(crate) fresh: usize,
    /// Lengths of all that was put, in order.
    pub(crate) put: Vec<usize>,
    /// As after a change of generation: nothing may be referred to.
    pub(crate) forgets: bool,
}

impl Extents for Shelf {
    fn put(&mut self, raw: Vec<u8>) -> Result<ContentHash, CutError> {
        assert!(!raw.is_empty() && raw.len() <= 4 << 20, "{}", raw.len());
        let hash = key().hash(&raw);
        self.put.push(raw.len());
        if !self.extents.contains_key(&hash) {
            self.fresh += raw.len();
        }
        self.extents.insert(hash, raw);
        Ok(hash)
    }

    fn knows(&self, hash: &ContentHash) -> bool {
        !self.forgets && self.extents.contains_key(hash)
    }
}

impl Shelf {
    /// The file, as a restore would give it.
    pub(crate) fn file(&self, cut: &FileCut) -> Vec<u8> {
        let mut file = Vec::new();
        for segment in &cut.segments {
            assert!(segment.length > 0);
            let extent = &self.extents[&cut.extents[segment.extent as usize]];
            let start = segment.offset as usize;
            file.extend_from_slice(&extent[start..start + segment.length as usize]);
        }
        assert_eq!(file.len() as u64, cut.bytes);
        assert_eq!(*blake3::hash(&file).as_bytes(), cut.blake3);
        file
    }

    /// Cuts the files of a table and checks that they come back.
    pub(crate) fn table(
        &mut self,
        shape: &TableShape,
        previous: Option<SeenTable>,
        files: &[&[u8]],
    ) -> (Vec<FileCut>, SeenTable) {
        let scratch = TempDir::new().unwrap();
        let mut cutter = TableCutter::new(shape.clone(), previous, &key(), scratch.path()).unwrap();
        let mut cuts = Vec::new();
        for file in files {
            let cut = cutter.cut(*file, self).unwrap();
            assert!(self.file(&cut) == *file, "the file is another one");
            check_parts(file, &cut, shape.header);
            cuts.push(cut);
        }
        // Only what is saved outlives the folder, as in a real run.
        let kept = scratch.path().join("kept");
        cutter.finish().unwrap().save(&kept).unwrap();
        (cuts, SeenTable::load(&kept, &key()).unwrap())
    }
}

fn check_parts(file: &[u8], cut: &FileCut, header: bool) {
    if cut.unsplit.is_some() {
        assert_eq!((cut.rows, cut.parts.len()), (0, 0));
        return;
    }
    let rows: u64 = cut.parts.iter().map(|part| part.rows).sum();
    assert_eq!(cut.rows, rows);
    let Some(first) = cut.parts.first() else {
        return;
    };
    let mut next = first.offset;
    if !header {
        assert_eq!(next, 0);
    }
    for part in &cut.parts {
        assert_eq!(part.offset, next);
        next += part.bytes;
    }
    assert_eq!(next, file.len() as u64);
}
