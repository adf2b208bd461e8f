//! Bad rows are put aside, good ones are served, and every answer can say so.

use std::fs;

use serde_json::{Value, json};
use snapshot::{LoadError, LoadOptions, Package, Refusal};
use tempfile::TempDir;

use crate::databases::{load, on_both, served};
use crate::fixture::{Fixture, PERSON_HEADER, id, options, person, persons};

fn putting_aside(dir: &std::path::Path) -> LoadOptions {
    LoadOptions {
        quarantine: Some(dir.join("aside")),
        ..options()
    }
}

/// The rows of a part that were put aside, as cells.
fn aside(dir: &TempDir, part: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(dir.path().join("aside").join(part)).unwrap();
    text.lines()
        .map(|line| line.split(',').map(str::to_owned).collect())
        .collect()
}

on_both! {
    async fn good_rows_are_served_and_bad_ones_are_written_down_with_reasons(database) {
        let mut fixture = Fixture::new();
        fixture.part("person/0001.csv", format!("{}A123456788,名,never,true,,\n", persons([1, 2])));
        fixture.part("person/0003.csv", format!("{PERSON_HEADER}{}{},only\n", person(5), id(6)));
        fixture.seal();
        let (store, dir) = (database.store(), TempDir::new().unwrap());
        let loaded = load(&store, &fixture.open(), &putting_aside(dir.path())).await.unwrap();
        assert_eq!(loaded.snapshot.rows_quarantined, 2);
        assert_eq!((loaded.tables[0].rows, loaded.tables[0].rows_quarantined), (5, 2));
        assert_eq!(store.active().await.unwrap().unwrap().rows_quarantined, 2);
        assert_eq!(served(&store).await.0.len(), 5);

        let rows = aside(&dir, "person/0001.csv");
        let header = "national_id,name,birth_date,protected,note,points,lifeboat_file,lifeboat_line,lifeboat_column,\
                      lifeboat_rule,lifeboat_expected,lifeboat_raw";
        assert_eq!(rows[0].join(","), header);
        assert_eq!(rows[1][..10].join(","), "A123456788,名,never,true,,,person/0001.csv,4,national_id birth_date,check-digit date");
        let rows = aside(&dir, "person/0003.csv");
        assert_eq!(rows[1][6..10].join(","), "person/0003.csv,3,-,cells");
        assert!(!rows[1][11].is_empty(), "a record that is no row is kept as it was");
    }

    async fn what_was_put_aside_is_a_package_again(database) {
        let bad = format!("{PERSON_HEADER}{}{},名,never,true,,\n", person(1), id(2));
        let (store, dir) = (database.store(), TempDir::new().unwrap());
        let fixture = Fixture::with_person_part(bad);
        load(&store, &fixture.open(), &putting_aside(dir.path())).await.unwrap();
        let package = Package::open(&dir.path().join("aside")).unwrap();
        assert_eq!(package.origin, fixture.open().origin);
        assert_eq!(package.resources.len(), 1);
        assert_eq!((package.resources[0].name.as_str(), package.resources[0].rows), ("person", Some(1)));
        let json: Value = serde_json::from_slice(&fs::read(dir.path().join("aside/datapackage.json")).unwrap()).unwrap();
        assert_eq!(json["lifeboat"]["quarantine_of"], fixture.open().digest());
    }

    async fn a_package_without_bad_rows_leaves_nothing_behind(database) {
        let (store, dir) = (database.store(), TempDir::new().unwrap());
        let loaded = load(&store, &Fixture::new().open(), &putting_aside(dir.path())).await.unwrap();
        assert_eq!(loaded.snapshot.rows_quarantined, 0);
        assert!(!dir.path().join("aside").exists());
    }

    async fn a_row_with_a_key_that_was_there_is_put_aside(database) {
        let (store, dir) = (database.store(), TempDir::new().unwrap());
        let fixture = Fixture::with_person_part(persons([1, 3, 3, 2, 4]));
        let loaded = load(&store, &fixture.open(), &putting_aside(dir.path())).await.unwrap();
        assert_eq!(loaded.snapshot.rows_quarantined, 2);
        let rules: Vec<_> = aside(&dir, "person/0001.csv")[1..].iter().map(|row| row[9].clone()).collect();
        assert_eq!(rules, ["duplicate-key", "key-order"]);
    }

    async fn what_an_earlier_load_put_aside_stays_until_another_succeeds(database) {
        let (store, dir) = (database.store(), TempDir::new().unwrap());
        let with_bad = |serials: [u32; 2]| {
            let [first, second] = serials;
            format!("{PERSON_HEADER}{}{},名,never,true,,\n", person(first), id(second))
        };
        let earlier = Fixture::with_person_part(with_bad([1, 2]));
        load(&store, &earlier.open(), &putting_aside(dir.path())).await.unwrap();
        let mut next = Fixture::with_person_part(with_bad([3, 4]));
        next.edit("/lifeboat/sequence", json!(8));
        next.descriptor["resources"][0]["rows"] = json!(9);
        next.write();
        let error = load(&store, &next.open(), &putting_aside(dir.path())).await.unwrap_err();
        assert!(matches!(error, LoadError::Faults(_)), "{error}");
        assert_eq!(aside(&dir, "person/0001.csv")[1][0], id(2).to_string());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing of the failed load is left");

        next.descriptor["resources"][0]["rows"] = json!(2);
        next.write();
        let loaded = load(&store, &next.open(), &putting_aside(dir.path())).await.unwrap();
        assert_eq!(loaded.quarantine, Some(fs::canonicalize(dir.path().join("aside")).unwrap()));
        assert_eq!(aside(&dir, "person/0001.csv")[1][0], id(4).to_string());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "what was replaced is gone");
    }

    async fn rows_are_not_put_aside_over_anything_else(database) {
        let bad = format!("{PERSON_HEADER}{}{},名,never,true,,\n", person(1), id(2));
        let (store, dir) = (database.store(), TempDir::new().unwrap());
        let fixture = Fixture::with_person_part(bad);
        let before = fs::read(fixture.file("datapackage.json")).unwrap();
        let full = dir.path().join("full");
        fs::create_dir(&full).unwrap();
        fs::write(full.join("datapackage.json"), "{}").unwrap();
        fs::write(dir.path().join("file"), "").unwrap();
        let own = fixture.path().to_owned();
        let above = own.parent().unwrap().to_owned();
        for folder in [own.join("person/.."), own.join("new/deep"), above, full, dir.path().join("file")] {
            let options = LoadOptions { quarantine: Some(folder.clone()), ..options() };
            let error = load(&store, &fixture.open(), &options).await.unwrap_err();
            assert!(matches!(error, LoadError::Refused(Refusal::Quarantine { .. })), "{}: {error}", folder.display());
            assert!(error.to_string().contains("--quarantine-dir"), "{error}");
        }
        assert_eq!(store.active().await.unwrap(), None);
        assert_eq!(fs::read(fixture.file("datapackage.json")).unwrap(), before);
        assert!(!own.join("new").exists());
        let empty = dir.path().join("empty");
        fs::create_dir(&empty).unwrap();
        let options = LoadOptions { quarantine: Some(empty.clone()), ..options() };
        load(&store, &fixture.open(), &options).await.unwrap();
        assert!(empty.join("person/0001.csv").is_file());
    }

    async fn a_part_that_cannot_be_told_apart_is_never_half_loaded(database) {
        let (store, dir) = (database.store(), TempDir::new().unwrap());
        let fixture = Fixture::with_person_part(format!("{}A1,\"王", persons([1])));
        let error = load(&store, &fixture.open(), &putting_aside(dir.path())).await.unwrap_err();
        assert!(matches!(error, LoadError::Faults(_)), "{error}");
        assert_eq!(store.active().await.unwrap(), None);
    }
}
