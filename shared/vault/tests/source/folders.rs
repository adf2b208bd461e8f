use std::fs;
use std::io::Read as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;

use tempfile::TempDir;

use crate::reading::{open, options, paths, read, write};
use vault::source::{Kind, SourceError};

#[test]
fn every_file_of_a_folder_comes_byte_for_byte_in_order_of_its_path() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("檔案");
    write(&root.join("b/深/空"), b"");
    write(&root.join("a.bin"), [0, 255, 13, 10]);
    write(&root.join("b/run.sh"), b"#!/bin/sh\n");
    fs::set_permissions(root.join("b/run.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    let mut sources = open(&root);
    assert_eq!(sources.len(), 1);
    let head = sources[0].head();
    assert_eq!((head.name.as_str(), head.kind), ("檔案", Kind::Folder));
    let files = read(&mut sources[0]);
    assert_eq!(paths(&files), ["a.bin", "b/run.sh", "b/深/空"]);
    assert_eq!(files[0].bytes, [0, 255, 13, 10]);
    assert_eq!((files[0].executable, files[1].executable), (false, true));
    assert!(sources[0].notes().is_empty());
}

#[test]
fn one_file_is_a_source() {
    let folder = TempDir::new().unwrap();
    let image = folder.path().join("disk.img");
    write(&image, b"an image");
    let mut sources = open(&image);
    let files = read(&mut sources[0]);
    assert_eq!(paths(&files), ["disk.img"]);
    assert_eq!(files[0].bytes, b"an image");
}

#[test]
fn what_is_no_ordinary_file_is_refused_by_name() {
    let folder = TempDir::new().unwrap();
    write(&folder.path().join("kept"), b"1");
    let odd = folder.path().join("odd");
    let refused = |what| {
        let error = vault::source::open(folder.path().to_str().unwrap(), &options()).unwrap_err();
        let words = error.to_string();
        assert!(words.contains("odd") && words.contains(what), "{words}");
    };
    symlink("/etc/passwd", &odd).unwrap();
    refused("a link");
    fs::remove_file(&odd).unwrap();
    let _listener = UnixListener::bind(&odd).unwrap();
    refused("a socket");
}

#[test]
fn a_folder_that_is_empty_or_not_there_is_refused() {
    let folder = TempDir::new().unwrap();
    let error = |place: &str| vault::source::open(place, &options()).unwrap_err();
    let empty = error(folder.path().to_str().unwrap());
    assert!(matches!(empty, SourceError::Empty { .. }), "{empty}");
    let gone = error(folder.path().join("gone").to_str().unwrap());
    assert!(matches!(gone, SourceError::Unreadable { .. }), "{gone}");
    assert!(matches!(error("https://example.test"), SourceError::Spec));
}

#[test]
fn a_name_that_is_no_step_is_refused() {
    let folder = TempDir::new().unwrap();
    write(&folder.path().join("kept"), b"1");
    for name in ["", "..", "a/b", "a\nb"] {
        let mut options = options();
        options.name = Some(name.to_owned());
        let opened = vault::source::open(folder.path().to_str().unwrap(), &options);
        assert!(matches!(opened, Err(SourceError::Name { .. })), "{name:?}");
    }
}

#[test]
fn a_file_that_changes_while_it_is_read_is_said() {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("log");
    write(&log, "x".repeat(100));
    let mut source = open(folder.path()).remove(0);
    let mut file = source.next_file().unwrap().unwrap();
    let mut some = [0; 10];
    file.reader.read_exact(&mut some).unwrap();
    write(&log, "y".repeat(200));
    let mut rest = Vec::new();
    file.reader.read_to_end(&mut rest).unwrap();
    let notes = source.notes();
    assert_eq!(notes.len(), 1);
    assert_eq!(notes[0].about, "log");
}

#[test]
fn a_file_that_is_gone_before_it_is_read_is_said_and_the_others_are_kept() {
    let folder = TempDir::new().unwrap();
    for name in ["a", "b", "c"] {
        write(&folder.path().join(name), name);
    }
    let mut source = open(folder.path()).remove(0);
    fs::remove_file(folder.path().join("b")).unwrap();
    assert_eq!(paths(&read(&mut source)), ["a", "c"]);
    assert_eq!(source.notes()[0].about, "b");
}
