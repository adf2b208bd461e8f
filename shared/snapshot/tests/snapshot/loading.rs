//! What was in the package is what the service reads.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;
use snapshot::{LoadError, Outcome, Probe, Store};

use crate::databases::{load, on_both, served};
use crate::fixture::{Fixture, PERSON_HEADER, STAY_HEADER, id, options, person, silent};
use crate::tables::system;

on_both! {
    async fn every_value_arrives_as_it_was_exported(database) {
        let odd = "\"quoted, \"\"twice\"\"\nand\ton two lines\\N\"";
        let rows = format!(
            "{PERSON_HEADER}{},𠊎 Ülküñ 王,1912-01-01,true,{odd},-7\r\n{},Siku Demoname,20000229,false,,",
            id(1), id(2),
        );
        let store = database.store();
        let loaded = load(&store, &Fixture::with_person_part(rows).open(), &options()).await.unwrap();
        assert_eq!(loaded.snapshot.rows, 4);
        let (persons, stays) = served(&store).await;
        assert_eq!(persons.len(), 2);
        assert_eq!(persons[0].national_id, id(1));
        assert_eq!(persons[0].name.as_str(), "𠊎 Ülküñ 王");
        assert_eq!(persons[0].birth_date, NaiveDate::from_ymd_opt(1912, 1, 1).unwrap());
        assert!(persons[0].protected);
        assert_eq!(persons[0].note.as_deref(), Some("quoted, \"twice\"\nand\ton two lines\\N"));
        assert_eq!(persons[0].points, Some(-7));
        assert_eq!((persons[1].note.as_deref(), persons[1].points), (None, None));
        assert_eq!(persons[1].birth_date, NaiveDate::from_ymd_opt(2000, 2, 29).unwrap());
        let seen: DateTime<Utc> = "2026-11-20T10:00:00Z".parse().unwrap();
        assert_eq!((stays[0].number, stays[0].seen_at), (9, Some(seen)));
        assert_eq!((stays[1].number, stays[1].seen_at), (10, None));
    }

    async fn a_snapshot_tells_where_it_comes_from(database) {
        let store = database.store();
        let loaded = load(&store, &Fixture::new().open(), &options()).await.unwrap();
        let active = store.active().await.unwrap().unwrap();
        assert_eq!(active, loaded.snapshot);
        assert_eq!((active.system.as_str(), active.agency.as_str()), ("test-register", "agency-test"));
        assert_eq!((active.sequence, active.schema_version, active.rows), (7, 1, 8));
        assert_eq!(active.rows_quarantined, 0);
        assert_eq!(active.taken_at.to_rfc3339(), "2026-11-20T18:00:00+00:00");
        let words = active.unsigned.unwrap();
        assert!(words.contains("no key of agency-test is enrolled"), "{words}");
        assert_eq!(loaded.tables[0].rows, 6);
        assert_eq!(loaded.phases.iter().map(|lap| lap.phase).collect::<Vec<_>>(), ["verify", "rows", "index", "probe", "switch"]);
    }

    async fn columns_may_come_in_another_order(database) {
        let mut fixture = Fixture::with_person_part(format!("name,points,national_id,note,protected,birth_date\n甲,3,{},乙,true,2001-01-01\n", id(1)));
        let fields = ["name", "points", "national_id", "note", "protected", "birth_date"].map(|name| json!({ "name": name }));
        fixture.edit("/resources/0/schema/fields", json!(fields));
        let store = database.store();
        load(&store, &fixture.open(), &options()).await.unwrap();
        let (persons, _) = served(&store).await;
        assert_eq!((persons[0].name.as_str(), persons[0].note.as_deref(), persons[0].points), ("甲", Some("乙"), Some(3)));
    }

    async fn whatever_a_check_lets_pass_a_database_takes(database) {
        let (place, name) = ("門".repeat(341), "𠊎".repeat(200));
        let person = format!("{PERSON_HEADER}{},{name},0001-01-01,true,{},\n", id(1), "門".repeat(4_000));
        let mut fixture = Fixture::with_person_part(person);
        let first = "0001-01-01T00:00:00Z";
        let stays = format!("{STAY_HEADER}{place},0001-01-01,1,{first}\n{place},9999-12-31,2,9999-12-31T23:59:59Z\n");
        fixture.part("stay.csv", stays);
        fixture.seal();
        let store = database.store();
        load(&store, &fixture.open(), &options()).await.unwrap();
        let (persons, stays) = served(&store).await;
        assert_eq!((persons[0].name.as_str(), persons[0].birth_date), (name.as_str(), NaiveDate::from_ymd_opt(1, 1, 1).unwrap()));
        let first: DateTime<Utc> = first.parse().unwrap();
        assert_eq!((&stays[0].place, stays[0].seen_at), (&place, Some(first)));
        assert_eq!(stays[1].from, NaiveDate::from_ymd_opt(9999, 12, 31).unwrap());
    }

    async fn a_table_may_be_empty(database) {
        let store = database.store();
        load(&store, &Fixture::with_person_part(PERSON_HEADER).open(), &options()).await.unwrap();
        assert_eq!(served(&store).await.0, []);
    }

    async fn one_faulty_row_changes_nothing(database) {
        let store = database.store();
        let before = load(&store, &Fixture::new().open(), &options()).await.unwrap();
        let mut next = Fixture::new();
        next.part("person/0003.csv", format!("{PERSON_HEADER}{}A123456788,名,2000-01-01,true,,\n", person(5)));
        next.seal();
        let error = load(&store, &next.open(), &options()).await.unwrap_err();
        let LoadError::Faults(faults) = error else { panic!("{error}") };
        assert_eq!(faults.total, 1);
        let shown = faults.listed[0].to_string();
        assert!(shown.starts_with("person/0003.csv:3, column 1 (national_id): check-digit: A#########: expected a valid "), "{shown}");
        assert_eq!(store.active().await.unwrap().unwrap(), before.snapshot);
        assert_eq!(served(&store).await.0.len(), 6);
        assert_eq!(database.places(), 1, "the half-loaded data is gone");
        assert_eq!(store.list().await.unwrap().len(), 1);
    }

    async fn a_probe_that_fails_keeps_the_old_snapshot(database) {
        let store = database.store();
        let before = load(&store, &Fixture::new().open(), &options()).await.unwrap();
        let mut probed = system();
        probed.probes.push(Probe { name: "someone is 100", run: |_| Box::pin(async { Err("nobody is".to_owned()) }) });
        let strict = Store::open(&database.url(), &probed).unwrap();
        let mut next = Fixture::new();
        next.edit("/lifeboat/sequence", json!(8));
        let error = load(&strict, &next.open(), &options()).await.unwrap_err();
        assert!(error.to_string().ends_with("someone is 100: nobody is"), "{error}");
        assert_eq!(store.active().await.unwrap().unwrap().id, before.snapshot.id);
        assert_eq!(database.places(), 1);
    }

    async fn a_file_that_changes_while_it_is_loaded_is_found_before_the_switch(database) {
        // Hashing is over when rows are read: the progress tells the moment.
        struct Meddler(std::path::PathBuf, String);
        impl snapshot::Progress for Meddler {
            fn begin(&self, phase: snapshot::Phase, _: u64) {
                if phase == snapshot::Phase::Rows {
                    std::fs::write(&self.0, &self.1).unwrap();
                }
            }
            fn advance(&self, _: u64) {}
            fn note(&self, _: &str) {}
        }
        let fixture = Fixture::new();
        let other = crate::fixture::persons([3, 7]);
        let progress = std::sync::Arc::new(Meddler(fixture.file("person/0002.csv"), other));
        let store = database.store();
        let error = store.load(&fixture.open(), &options(), progress).await.unwrap_err();
        assert!(error.to_string().contains("person/0002.csv: changed: "), "{error}");
        assert_eq!(store.active().await.unwrap(), None);
        assert_eq!(database.places(), 0);
    }

    async fn a_package_whose_parts_changed_is_not_the_same(database) {
        let (store, fixture) = (database.store(), Fixture::new());
        load(&store, &fixture.open(), &options()).await.unwrap();
        fixture.part("person/0002.csv", crate::fixture::persons([3, 9]));
        let error = load(&store, &fixture.open(), &options()).await.unwrap_err();
        assert!(error.to_string().contains("/resources/0/hash: hash: "), "{error}");
    }

    async fn the_same_package_again_is_not_loaded_again(database) {
        let store = database.store();
        let fixture = Fixture::new();
        let first = load(&store, &fixture.open(), &options()).await.unwrap();
        match store.load(&fixture.open(), &options(), silent()).await.unwrap() {
            Outcome::AlreadyActive(snapshot) => assert_eq!(snapshot, first.snapshot),
            Outcome::Loaded(_) => panic!("it was loaded twice"),
        }
    }
}

#[tokio::test]
async fn no_snapshot_yet_is_told_from_no_database() {
    let dir = tempfile::TempDir::new().unwrap();
    let there = Store::open(&format!("sqlite://{}", dir.path().display()), &system()).unwrap();
    assert_eq!(there.active().await.unwrap(), None);
    let gone = Store::open(
        &format!("sqlite://{}/gone", dir.path().display()),
        &system(),
    )
    .unwrap();
    assert!(matches!(
        gone.active().await,
        Err(snapshot::StoreError::Unreachable(_))
    ));

    let postgres = test_support::postgres::database().await;
    assert_eq!(
        Store::open(&postgres.url, &system())
            .unwrap()
            .active()
            .await
            .unwrap(),
        None
    );
    let gone = Store::open("postgres://nobody@127.0.0.1:1/nothing", &system()).unwrap();
    assert!(matches!(
        gone.active().await,
        Err(snapshot::StoreError::Unreachable(_))
    ));
}

#[test]
fn other_urls_are_refused() {
    for url in ["mysql://x", "sqlite://", "/tmp/x", "sqlite:x"] {
        assert!(
            matches!(Store::open(url, &system()), Err(snapshot::StoreError::Url)),
            "{url}"
        );
    }
}
