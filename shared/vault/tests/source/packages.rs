use tempfile::TempDir;

use crate::reading::{open, paths, read, write};
use vault::cut::Encoding;
use vault::source::Kind;

const DESCRIPTOR: &str = r#"{
  "lifeboat": {"system": "household", "agency": "戶政司", "taken_at": "2026-11-20T18:00:00+08:00", "sequence": 7},
  "resources": [
    {"name": "person", "path": ["person/0001.csv", "person/0002.csv"], "schema": {"fields": [{"name": "id"}, {"name": "no"}], "primaryKey": ["no", "id"]}},
    {"name": "card", "path": "card.csv", "encoding": "big5", "dialect": {"delimiter": "|", "header": false}, "schema": {"fields": [{"name": "id"}], "primaryKey": "id"}},
    {"name": "odd", "path": "odd.csv", "encoding": "utf-16"},
    {"name": "gone", "path": "../gone.csv"}
  ]
}"#;

#[test]
fn tables_come_first_with_their_shapes_and_every_other_file_behind() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("household");
    write(&root.join("datapackage.json"), DESCRIPTOR);
    write(&root.join("datapackage.sig"), b"c2ln\n");
    for file in [
        "a-note.txt",
        "card.csv",
        "odd.csv",
        "person/0001.csv",
        "person/0002.csv",
    ] {
        write(&root.join(file), file);
    }
    let mut source = open(&root).remove(0);
    let head = source.head().clone();
    assert_eq!(
        (head.name.as_str(), head.kind),
        ("household", Kind::Package)
    );
    assert_eq!(head.system.as_deref(), Some("household"));
    assert_eq!(head.agency.as_deref(), Some("戶政司"));
    assert_eq!(head.sequence, Some(7));
    assert_eq!(
        head.taken_at.unwrap().to_rfc3339(),
        "2026-11-20T10:00:00+00:00"
    );
    let files = read(&mut source);
    assert_eq!(
        paths(&files),
        [
            "person/0001.csv",
            "person/0002.csv",
            "card.csv",
            "a-note.txt",
            "datapackage.json",
            "datapackage.sig",
            "odd.csv"
        ]
    );
    let person = files[1].table.as_ref().unwrap();
    assert_eq!(
        (person.name.as_str(), &person.key_columns[..]),
        ("person", &[1, 0][..])
    );
    let card = files[2].table.as_ref().unwrap();
    assert_eq!(
        (card.dialect.delimiter, card.dialect.encoding),
        (b'|', Encoding::Big5)
    );
    assert!(!card.header);
    assert_eq!(files[4].bytes, DESCRIPTOR.as_bytes());
    assert!(files[3..].iter().all(|file| file.table.is_none()));
    let notes = source.notes();
    assert_eq!(notes.len(), 1);
    assert_eq!(notes[0].about, "../gone.csv");
}

#[test]
fn a_folder_of_packages_is_several_sources_and_nothing_is_left_out() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("snapshots");
    for system in ["household", "notices"] {
        write(&root.join(system).join("datapackage.json"), DESCRIPTOR);
    }
    write(&root.join("readme.txt"), b"1");
    write(&root.join("more/data.bin"), b"2");
    let mut sources = open(&root);
    let names: Vec<String> = sources
        .iter()
        .map(|source| source.head().name.clone())
        .collect();
    assert_eq!(names, ["household", "notices", "snapshots"]);
    assert_eq!(paths(&read(&mut sources[1])), ["datapackage.json"]);
    assert_eq!(
        paths(&read(&mut sources[2])),
        ["more/data.bin", "readme.txt"]
    );
}

#[test]
fn a_descriptor_that_cannot_be_read_costs_only_the_tables() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("broken");
    write(&root.join("datapackage.json"), b"{\"resources\": [");
    write(&root.join("person.csv"), b"id\n1\n");
    let mut source = open(&root).remove(0);
    let files = read(&mut source);
    assert_eq!(paths(&files), ["datapackage.json", "person.csv"]);
    assert!(files.iter().all(|file| file.table.is_none()));
    assert_eq!(source.notes().len(), 1);
}
