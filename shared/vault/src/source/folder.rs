//! Folders, data packages and single files.

mod listing;
mod watch;

use std::collections::{HashMap, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};

use crate::cut::TableShape;
use crate::source::notes::{Note, Notes};
use crate::source::package::Package;
use crate::source::{Kind, SourceError, SourceFile, SourceHead, SourceOptions};
use listing::Listed;
use watch::Watched;

/// Makes a folder a data package.
const DESCRIPTOR: &str = "datapackage.json";

/// Files on disk.
#[derive(Debug)]
pub(crate) struct FolderSource {
    head: SourceHead,
    files: VecDeque<(Listed, Option<TableShape>)>,
    notes: Notes,
}

/// Opens a folder, a file, or a folder of data packages.
pub(crate) fn open(path: &Path, options: &SourceOptions) -> Result<Vec<FolderSource>, SourceError> {
    let root = fs::canonicalize(path).map_err(|source| SourceError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    let own = match &options.name {
        Some(name) => step(name)?.to_owned(),
        None => name_of(&root)?,
    };
    if fs::metadata(&root).is_ok_and(|about| !about.is_dir()) {
        let file = listing::single(&root)?;
        return Ok(vec![FolderSource::folder(own, vec![file], options)]);
    }
    let files = listing::below(&root)?;
    if files.is_empty() {
        return Err(SourceError::Empty { path: root });
    }
    if files.iter().any(|file| file.path == DESCRIPTOR) {
        return Ok(vec![FolderSource::package(own, &root, files, options)?]);
    }
    let (mut packages, mut loose) = (HashMap::<String, Vec<Listed>>::new(), Vec::new());
    let mut names: Vec<String> = files
        .iter()
        .filter_map(|file| file.path.strip_suffix("/datapackage.json"))
        .filter(|folder| !folder.contains('/'))
        .map(str::to_owned)
        .collect();
    for mut file in files {
        let inside = file
            .path
            .split_once('/')
            .filter(|(folder, _)| names.iter().any(|name| name == folder));
        let Some((folder, rest)) = inside else {
            loose.push(file);
            continue;
        };
        let (folder, rest) = (folder.to_owned(), rest.to_owned());
        file.path = rest;
        packages.entry(folder).or_default().push(file);
    }
    names.sort_unstable();
    let mut sources = Vec::new();
    for name in names {
        let files = packages.remove(&name).unwrap_or_default();
        let folder = root.join(&name);
        let full = match &options.name {
            Some(own) => format!("{own}-{name}"),
            None => name,
        };
        sources.push(FolderSource::package(full, &folder, files, options)?);
    }
    if !loose.is_empty() {
        if sources.iter().any(|source| source.head.name == own) {
            return Err(SourceError::SameName { name: own });
        }
        sources.push(FolderSource::folder(own, loose, options));
    }
    Ok(sources)
}

/// The name under which a restore writes it.
fn name_of(root: &Path) -> Result<String, SourceError> {
    let name = root.file_name().ok_or_else(|| SourceError::Name {
        path: root.display().to_string(),
        why: "it has none: say --name",
    })?;
    listing::text(name, root).map(str::to_owned)
}

/// A name of the operator's that must be one step of a path.
pub(crate) fn step(name: &str) -> Result<&str, SourceError> {
    let is_step = !name.is_empty()
        && name != "."
        && name != ".."
        && !name.contains(['/', '\\'])
        && !name.chars().any(char::is_control);
    is_step.then_some(name).ok_or_else(|| SourceError::Name {
        path: name.escape_debug().to_string(),
        why: "it becomes a folder, so it must not be empty or hold slashes",
    })
}

impl FolderSource {
    fn folder(name: String, files: Vec<Listed>, options: &SourceOptions) -> Self {
        Self {
            head: SourceHead {
                name,
                kind: Kind::Folder,
                system: options.system.clone(),
                agency: options.agency.clone(),
                taken_at: Some(options.clock.now()),
                sequence: None,
                tier: options.tier(options.system.as_deref()),
            },
            files: files.into_iter().map(|file| (file, None)).collect(),
            notes: Notes::default(),
        }
    }

    fn package(
        name: String,
        root: &Path,
        files: Vec<Listed>,
        options: &SourceOptions,
    ) -> Result<Self, SourceError> {
        let descriptor = root.join(DESCRIPTOR);
        let json = fs::read(&descriptor).map_err(|source| unreadable(&descriptor, source))?;
        let notes = Notes::default();
        let package = Package::read(&json).unwrap_or_else(|| {
            notes.add(
                DESCRIPTOR,
                "it is no JSON object, so the package is kept file by file, without tables",
            );
            Package::default()
        });
        let shapes = package.shapes();
        let mut ordered: Vec<(usize, Listed, Option<TableShape>)> = files
            .into_iter()
            .map(|file| match shapes.get(file.path.as_str()) {
                Some((place, shape)) => (*place, file, Some((*shape).clone())),
                None => (usize::MAX, file, None),
            })
            .collect();
        // Stable: what no table names stays in order of its path.
        ordered.sort_by_key(|(place, ..)| *place);
        for (path, _) in &package.files {
            if !ordered.iter().any(|(_, file, _)| file.path == *path) {
                notes.add(path, "datapackage.json names it, but it is not there");
            }
        }
        let system = options.system.clone().or(package.system);
        Ok(Self {
            head: SourceHead {
                name,
                kind: Kind::Package,
                tier: options.tier(system.as_deref()),
                system,
                agency: options.agency.clone().or(package.agency),
                taken_at: package.taken_at,
                sequence: package.sequence,
            },
            files: ordered
                .into_iter()
                .map(|(_, file, shape)| (file, shape))
                .collect(),
            notes,
        })
    }

    /// Of all files that were not given out yet, as they were found.
    pub(crate) fn bytes(&self) -> u64 {
        self.files.iter().map(|(file, _)| file.bytes).sum()
    }

    pub(crate) const fn head(&self) -> &SourceHead {
        &self.head
    }

    pub(crate) fn notes(&self) -> Vec<Note> {
        self.notes.all()
    }

    pub(crate) fn next_file(&mut self) -> Result<Option<SourceFile>, SourceError> {
        let (file, table, watched) = loop {
            let Some((file, table)) = self.files.pop_front() else {
                return Ok(None);
            };
            match Watched::open(&file, self.notes.clone()) {
                Ok(watched) => break (file, table, watched),
                // A folder that is in use loses files; that is no reason to lose the others.
                Err(SourceError::Unreadable { source, .. })
                    if source.kind() == std::io::ErrorKind::NotFound =>
                {
                    self.notes.add(
                        &file.path,
                        "not in the backup: it was gone before it could be read",
                    );
                }
                Err(error) => return Err(error),
            }
        };
        Ok(Some(SourceFile {
            executable: watched.is_executable(),
            bytes: Some(watched.bytes()),
            group: table
                .as_ref()
                .map_or(String::new(), |table| table.name.clone()),
            table,
            path: file.path,
            reader: Box::new(watched),
        }))
    }
}

fn unreadable(path: &Path, source: std::io::Error) -> SourceError {
    SourceError::Unreadable {
        path: PathBuf::from(path),
        source,
    }
}
