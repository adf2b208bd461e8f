//! What the project writes, the project reads.

use std::fs;

use snapshot::{AgencyKey, AgencySigner, Origin, Package, PackageWriter, TableHead, Trust};
use tempfile::TempDir;

use crate::databases::{load, on_both, served};
use crate::fixture::{id, now, options};
use crate::tables::system;

fn origin() -> Origin {
    Origin {
        system: "test-register".into(),
        agency: "us".into(),
        taken_at: now(),
        sequence: 1,
        schema_version: 1,
    }
}

/// Five persons in parts of two, no stay.
fn write(dir: &TempDir, signer: Option<&AgencySigner>) -> Package {
    let mut package = PackageWriter::create(dir.path(), origin()).unwrap();
    let tables = system().tables;
    let mut persons = package.table(TableHead::of(&tables[0]), 2).unwrap();
    for serial in 1..=5 {
        let id = id(serial).to_string();
        let (name, note) = ("名,\"字\"𠊎", "two\nlines");
        persons
            .row([id.as_str(), name, "2000-02-29", "true", note, "7"])
            .unwrap();
    }
    assert!(persons.row(["too", "few"]).is_err());
    persons.finish().unwrap();
    package
        .table(TableHead::of(&tables[1]), 2)
        .unwrap()
        .finish()
        .unwrap();
    Package::open(&package.finish(signer).unwrap()).unwrap()
}

on_both! {
    async fn a_written_package_loads(database) {
        let dir = TempDir::new().unwrap();
        let signer = AgencySigner::generate().unwrap();
        let package = write(&dir, Some(&signer));
        let key = AgencyKey::from_pem(&signer.public_pem().unwrap()).unwrap();
        let store = database.store();
        let trusting = snapshot::LoadOptions { trust: Trust::default().with_key(Some("us"), key), ..options() };
        let loaded = load(&store, &package, &trusting).await.unwrap();
        assert_eq!((loaded.snapshot.rows, loaded.snapshot.unsigned), (5, None));
        let (persons, stays) = served(&store).await;
        assert_eq!((persons.len(), stays.len()), (5, 0));
        assert_eq!((persons[4].name.as_str(), persons[4].note.as_deref()), ("名,\"字\"𠊎", Some("two\nlines")));
    }
}

#[test]
fn parts_are_as_long_as_they_were_asked_to_be() {
    let dir = TempDir::new().unwrap();
    let package = write(&dir, None);
    let parts: Vec<_> = package.resources[0]
        .parts
        .iter()
        .map(|part| part.path.as_str())
        .collect();
    assert_eq!(
        parts,
        ["person/0001.csv", "person/0002.csv", "person/0003.csv"]
    );
    assert_eq!(package.resources[0].rows, Some(5));
    assert!(!dir.path().join("datapackage.sig").exists());
}

#[test]
fn a_package_is_never_written_over_another() {
    let dir = TempDir::new().unwrap();
    write(&dir, None);
    let before = fs::read(dir.path().join("datapackage.json")).unwrap();
    assert!(PackageWriter::create(dir.path(), origin()).is_err());
    assert_eq!(
        fs::read(dir.path().join("datapackage.json")).unwrap(),
        before
    );
}
