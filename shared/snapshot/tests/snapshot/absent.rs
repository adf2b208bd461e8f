//! A table that may be absent from a package is empty then, and the operator is told; no other table may be.

use std::sync::Arc;

use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::json;
use snapshot::{PoolOptions, Store, System, Table as _, Trust, check};

use crate::databases::{TestDatabase, load, on_both, served};
use crate::fixture::{Fixture, now, options, silent};
use crate::tables::{remark, system};

const LEFT_OUT: &str = "datapackage.json#/resources: missing-table: expected a resource `stay`; a table without rows is a file with only its header";

/// Persons and stays, which must be there, and remarks, which need not.
fn system_with_remarks() -> System {
    let mut system = system();
    // Before the others, so that a place in the plan is not a place in the system.
    system.tables.insert(0, remark::Model::definition());
    system
}

fn with_remarks() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.part("remark.csv", "number,text\n1,甲\n2,\n");
    let remarks = json!({
        "name": "remark", "path": "remark.csv",
        "schema": { "fields": [{ "name": "number", "type": "integer" }, { "name": "text" }] },
    });
    let resources = fixture.descriptor["resources"].as_array_mut().unwrap();
    resources.push(remarks);
    fixture.seal();
    fixture
}

fn open(database: &TestDatabase) -> Store {
    Store::open(&database.url(), &system_with_remarks()).unwrap()
}

/// Remarks that the service sees.
async fn remarks(store: &Store) -> u64 {
    let active = store.active().await.unwrap().unwrap();
    let pool = PoolOptions::default();
    let database = store.connect(&active, &pool).await.unwrap();
    let remarks = remark::Entity::find().count(&database).await.unwrap();
    database.close().await.unwrap();
    remarks
}

on_both! {
    async fn a_table_that_may_be_absent_is_empty_then(database) {
        let store = open(&database);
        let loaded = load(&store, &Fixture::new().open(), &options()).await.unwrap();
        let told: Vec<_> = loaded.tables.iter().map(|table| (table.name.as_str(), table.rows, table.absent)).collect();
        assert_eq!(told, [("person", 6, false), ("stay", 2, false), ("remark", 0, true)]);
        assert_eq!(loaded.snapshot.rows, 8);
        assert_eq!(remarks(&store).await, 0);
        assert_eq!(served(&store).await.0.len(), 6);
    }

    async fn a_table_that_may_be_absent_is_loaded_where_it_is_there(database) {
        let store = open(&database);
        let loaded = load(&store, &with_remarks().open(), &options()).await.unwrap();
        assert_eq!(loaded.tables.iter().filter(|table| table.absent).count(), 0);
        assert_eq!(remarks(&store).await, 2);
    }

    async fn a_table_left_out_of_the_next_package_is_emptied(database) {
        let store = open(&database);
        load(&store, &with_remarks().open(), &options()).await.unwrap();
        let mut next = Fixture::new();
        next.edit("/lifeboat/sequence", json!(8));
        load(&store, &next.open(), &options()).await.unwrap();
        assert_eq!(remarks(&store).await, 0);
    }

    async fn any_other_table_left_out_stays_a_fault(database) {
        let store = open(&database);
        let mut fixture = with_remarks();
        fixture.descriptor["resources"].as_array_mut().unwrap().remove(1);
        fixture.write();
        let error = load(&store, &fixture.open(), &options()).await.unwrap_err();
        assert!(error.to_string().contains(LEFT_OUT), "{error}");
        assert_eq!(store.active().await.unwrap(), None);
    }

    async fn a_load_taken_up_before_its_first_part_has_the_absent_table(database) {
        /// Ends the thread that reads, as a lack of memory would.
        struct Breaks;
        impl snapshot::Progress for Breaks {
            fn begin(&self, phase: snapshot::Phase, _: u64) {
                assert_ne!(phase, snapshot::Phase::Rows, "the reader ends here");
            }
            fn advance(&self, _: u64) {}
            fn note(&self, _: &str) {}
        }
        let (store, fixture) = (open(&database), Fixture::new());
        store.load(&fixture.open(), &options(), Arc::new(Breaks)).await.unwrap_err();
        let begun = store.list().await.unwrap();
        assert_eq!(begun.len(), 1);
        if let TestDatabase::Sqlite(dir) = &database {
            // The registry is written before the file: a kill between them leaves no file.
            std::fs::remove_file(dir.path().join("test-register").join(&begun[0].place)).unwrap();
        }
        let loaded = load(&store, &fixture.open(), &options()).await.unwrap();
        assert_eq!(loaded.snapshot.id, begun[0].id, "it was taken up");
        assert_eq!(remarks(&store).await, 0);
    }
}

#[test]
fn a_check_says_which_tables_are_absent() {
    let report = check(
        &Fixture::new().open(),
        &system_with_remarks(),
        &Trust::default(),
        now(),
        &silent(),
    );
    assert!(report.faults.is_empty(), "{}", report.faults);
    let absent = report.tables.iter().filter(|table| table.absent);
    assert_eq!(
        absent.map(|table| &*table.name).collect::<Vec<_>>(),
        ["remark"]
    );
}

#[test]
fn only_the_declaration_makes_a_table_one_that_may_be_absent() {
    let may = |table: &snapshot::TableDefinition| table.may_be_absent;
    assert!(may(&remark::Model::definition()));
    assert!(!system().tables.iter().any(may));
}
