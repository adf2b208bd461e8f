//! The cutting threads: from the sources' files to extents and recipes.

use std::collections::HashMap;
use std::io::{self, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::dispatch::{Dispatch, Feed, Task};
use super::error::At as _;
use super::intake::{Intake, Shared};
use super::pipeline::Inlet;
use super::state::GenerationState;
use super::{BackupError, Observer, files};
use crate::cut::{self, CutError, FileCut, SeenFault, SeenTable, TableCutter};
use crate::object::{ContentHash, FileEntry, Hash32, Segment, encode_recipe};
use crate::source::{SourceFile, SourceHead};

/// How many tables are cut at once.
const THREADS: usize = 2;

/// What is known of a source when all its files are cut.
#[derive(Debug)]
pub(crate) struct CutSource {
    pub(crate) head: SourceHead,
    /// The extents that recipes refer to.
    pub(crate) extents: Vec<ContentHash>,
    index: HashMap<ContentHash, u32>,
    files: Vec<(u64, FileEntry)>,
    /// Rows of all tables.
    pub(crate) rows: u64,
    /// Bytes of all files.
    pub(crate) bytes: u64,
}

impl CutSource {
    fn new(head: SourceHead) -> Self {
        Self {
            head,
            extents: Vec::new(),
            index: HashMap::new(),
            files: Vec::new(),
            rows: 0,
            bytes: 0,
        }
    }

    /// How many files it has.
    pub(crate) fn count(&self) -> u64 {
        self.files.len() as u64
    }

    /// Its files, in the order of the source.
    pub(crate) fn take_files(&mut self) -> Vec<FileEntry> {
        self.files.sort_by_key(|(place, _)| *place);
        let files = std::mem::take(&mut self.files);
        files.into_iter().map(|(_, file)| file).collect()
    }

    fn add(
        &mut self,
        place: u64,
        path: String,
        executable: bool,
        table: Option<String>,
        cut: FileCut,
    ) -> Result<(), CutError> {
        let mut renamed = Vec::with_capacity(cut.extents.len());
        for hash in &cut.extents {
            let index = if let Some(index) = self.index.get(hash) {
                *index
            } else {
                let index = u32::try_from(self.extents.len());
                let index = index.map_err(|_| CutError::TooManyExtents)?;
                self.index.insert(*hash, index);
                self.extents.push(*hash);
                index
            };
            renamed.push(index);
        }
        let recipe = encode_recipe(cut.segments.iter().map(|segment| Segment {
            // Segments refer to extents of their own cut.
            extent: renamed[segment.extent as usize],
            ..*segment
        }));
        self.rows += cut.rows;
        self.bytes += cut.bytes;
        let entry = FileEntry {
            path,
            bytes: cut.bytes,
            blake3: Hash32(cut.blake3),
            executable,
            table,
            recipe,
            parts: cut.parts,
        };
        self.files.push((place, entry));
        Ok(())
    }
}

/// Cuts all sources; gives them in the same order.
pub(crate) fn cut_all(
    sources: Vec<Box<dyn Feed>>,
    inlet: &Inlet,
    state: &GenerationState,
) -> Result<Vec<CutSource>, BackupError> {
    let scratch = state.run();
    files::make_folder(&scratch).at(&scratch)?;
    let cut = sources
        .iter()
        .map(|source| Mutex::new(CutSource::new(source.head().clone())))
        .collect();
    let cutting = Cutting {
        dispatch: Dispatch::new(sources),
        inlet,
        shared: inlet.shared(),
        state,
        cut,
    };
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                if let Err(error) = cutting.work() {
                    cutting.shared.stop.set(error);
                }
            });
        }
    });
    if cutting.shared.stop.is_set() {
        // The first reason is kept there, and is the one that is told.
        return Err(BackupError::Ended("cutting"));
    }
    for note in cutting.dispatch.notes() {
        cutting.shared.observer.warn(&note);
    }
    let cut = cutting.cut.into_iter();
    Ok(cut
        .map(|source| source.into_inner().unwrap_or_else(PoisonError::into_inner))
        .collect())
}

struct Cutting<'a> {
    dispatch: Dispatch,
    inlet: &'a Inlet,
    shared: &'a Shared,
    state: &'a GenerationState,
    cut: Vec<Mutex<CutSource>>,
}

impl Cutting<'_> {
    fn work(&self) -> Result<(), BackupError> {
        let is_over = || self.shared.stop.is_set();
        while let Some(first) = self.dispatch.next_group(is_over)? {
            self.group(first)?;
        }
        Ok(())
    }

    /// Cuts a table, or the files that belong to none.
    fn group(&self, first: Task) -> Result<(), BackupError> {
        let key = first.key.clone();
        let source = &self.cut[key.0];
        let mut intake = self.inlet.group();
        let kept = first.file.table.as_ref().map(|_| {
            let guard = source.lock().unwrap_or_else(PoisonError::into_inner);
            seen_name(&guard.head.name, &key.1)
        });
        let mut cutter = match (&first.file.table, &kept) {
            (Some(shape), Some(name)) => {
                let previous = self.previous(&self.state.seen().join(name), &shape.name);
                let content = &self.shared.key;
                let cutter = TableCutter::new(shape.clone(), previous, content, &self.state.run());
                Some(cutter.map_err(|error| failed(&first.file.path, error))?)
            }
            _ => None,
        };
        let mut next = Some(first);
        while let Some(task) = next {
            self.file(task, cutter.as_mut(), &mut intake)?;
            next = self.dispatch.next_of(&key)?;
        }
        if let (Some(cutter), Some(name)) = (cutter, kept) {
            if cutter.was_state_damaged() {
                let words = format!(
                    "the list of rows of table {} in the state folder was damaged; more was sent than needed",
                    key.1
                );
                self.shared.observer.warn(&words);
            }
            let path = self.state.run().join(name);
            let seen = cutter.finish().map_err(|error| failed(&key.1, error))?;
            seen.save(&path).at(&path)?;
        }
        intake.close();
        Ok(())
    }

    fn file(
        &self,
        task: Task,
        cutter: Option<&mut TableCutter>,
        intake: &mut Intake,
    ) -> Result<(), BackupError> {
        let Task { key, place, file } = task;
        let SourceFile {
            path,
            executable,
            table,
            reader,
            ..
        } = file;
        let reader = Watched {
            reader,
            observer: Arc::clone(&self.shared.observer),
        };
        let cut = match cutter {
            Some(cutter) => cutter.cut(reader, intake),
            None => cut::file(reader, &self.shared.key, intake),
        };
        let cut = cut.map_err(|error| failed(&path, error))?;
        let table = match &cut.unsplit {
            None => table.map(|shape| shape.name),
            Some(unsplit) => {
                let words = format!(
                    "{path} is kept, but not as a table: {} at byte {}",
                    unsplit.reason, unsplit.at
                );
                self.shared.observer.warn(&words);
                None
            }
        };
        let mut source = self.cut[key.0]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        source
            .add(place, path.clone(), executable, table, cut)
            .map_err(|error| failed(&path, error))
    }

    fn previous(&self, path: &Path, table: &str) -> Option<SeenTable> {
        match SeenTable::load(path, &self.shared.key) {
            Ok(seen) => Some(seen),
            Err(SeenFault::Missing) => None,
            Err(fault) => {
                let words = format!("the rows of table {table} are sent whole: {fault}");
                self.shared.observer.warn(&words);
                None
            }
        }
    }
}

fn failed(path: &str, source: CutError) -> BackupError {
    BackupError::Cut {
        path: path.to_owned(),
        source,
    }
}

/// The name of the file that keeps where the rows of a table lie.
fn seen_name(source: &str, table: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(source.as_bytes());
    hasher.update(&[0]);
    hasher.update(table.as_bytes());
    hasher.finalize().to_hex()[..32].to_owned()
}

/// Counts what is read.
struct Watched {
    reader: Box<dyn Read + Send>,
    observer: Arc<dyn Observer>,
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.observer.read(read as u64);
        Ok(read)
    }
}
