//! Reads sources as a backup does.

use std::io::Read as _;
use std::path::Path;

use vault::cut::TableShape;
use vault::source::{Source, SourceOptions};

pub(crate) fn options() -> SourceOptions {
    SourceOptions::new(runtime::clock::system())
}

/// A file that was read.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) path: String,
    pub(crate) executable: bool,
    pub(crate) table: Option<TableShape>,
    pub(crate) bytes: Vec<u8>,
}

pub(crate) fn read(source: &mut Source) -> Vec<Read> {
    let mut files = Vec::new();
    while let Some(mut file) = source.next_file().unwrap() {
        let mut bytes = Vec::new();
        file.reader.read_to_end(&mut bytes).unwrap();
        let group = file.table.as_ref().map_or("", |table| table.name.as_str());
        assert_eq!(file.group, group);
        files.push(Read {
            path: file.path,
            executable: file.executable,
            table: file.table,
            bytes,
        });
    }
    files
}

pub(crate) fn open(place: &Path) -> Vec<Source> {
    vault::source::open(place.to_str().unwrap(), &options()).unwrap()
}

pub(crate) fn write(place: &Path, bytes: impl AsRef<[u8]>) {
    std::fs::create_dir_all(place.parent().unwrap()).unwrap();
    std::fs::write(place, bytes).unwrap();
}

pub(crate) fn paths(files: &[Read]) -> Vec<&str> {
    files.iter().map(|file| file.path.as_str()).collect()
}
