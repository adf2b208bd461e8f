//! Which snapshot is served, and which are kept.

use serde_json::json;
use snapshot::{LoadError, LoadOptions, Refusal, State, Store, StoreError};

use crate::databases::{load, on_both, served};
use crate::fixture::{Fixture, now, options, persons};
use crate::tables::system;

fn export(sequence: u64, taken_at: &str) -> Fixture {
    let serial = u32::try_from(sequence).unwrap();
    let mut fixture = Fixture::with_person_part(persons([serial]));
    fixture.edit("/lifeboat/sequence", json!(sequence));
    fixture.edit("/lifeboat/taken_at", json!(taken_at));
    fixture
}

on_both! {
    async fn the_previous_snapshot_is_kept_and_older_ones_are_dropped(database) {
        let store = database.store();
        for sequence in 1..=3 {
            load(&store, &export(sequence, "2026-11-20T18:00:00Z").open(), &options()).await.unwrap();
        }
        let states: Vec<_> = store.list().await.unwrap().iter().map(|s| (s.state, s.sequence)).collect();
        assert_eq!(states, [(State::Active, 3), (State::Previous, 2)]);
        assert_eq!(database.places(), 2);
    }

    async fn a_rollback_goes_back_and_forth(database) {
        let store = database.store();
        assert!(matches!(store.rollback(now()).await, Err(StoreError::NoPrevious)));
        load(&store, &export(1, "2026-11-20T18:00:00Z").open(), &options()).await.unwrap();
        assert!(matches!(store.rollback(now()).await, Err(StoreError::NoPrevious)));
        load(&store, &export(2, "2026-11-20T18:00:00Z").open(), &options()).await.unwrap();
        assert_eq!(store.rollback(now()).await.unwrap().sequence, 1);
        assert_eq!(served(&store).await.0[0].points, Some(1));
        assert_eq!(store.rollback(now()).await.unwrap().sequence, 2);
        assert_eq!(served(&store).await.0[0].points, Some(2));
        assert_eq!(store.active().await.unwrap().unwrap().rows, 3);
    }

    async fn what_is_older_is_refused_unless_it_is_asked_for(database) {
        let store = database.store();
        load(&store, &export(5, "2026-11-20T18:00:00Z").open(), &options()).await.unwrap();
        for older in [export(4, "2026-11-20T19:00:00Z"), export(6, "2026-11-20T17:59:59Z")] {
            let error = load(&store, &older.open(), &options()).await.unwrap_err();
            assert!(matches!(error, LoadError::Refused(Refusal::Older { .. })), "{error}");
        }
        assert_eq!(store.active().await.unwrap().unwrap().sequence, 5);
        let meant = LoadOptions { allow_older: true, ..options() };
        load(&store, &export(4, "2026-11-20T17:00:00Z").open(), &meant).await.unwrap();
        assert_eq!(store.active().await.unwrap().unwrap().sequence, 4);
    }

    async fn another_export_of_the_same_sequence_is_loaded(database) {
        let store = database.store();
        load(&store, &export(5, "2026-11-20T18:00:00Z").open(), &options()).await.unwrap();
        let mut other = Fixture::with_person_part(persons([8, 9]));
        other.edit("/lifeboat/sequence", json!(5));
        load(&store, &other.open(), &options()).await.unwrap();
        assert_eq!(served(&store).await.0.len(), 2);
    }

    async fn a_snapshot_with_other_tables_is_not_served_but_replaced(database) {
        let store = database.store();
        let fixture = Fixture::new();
        let old = load(&store, &fixture.open(), &options()).await.unwrap();
        let mut other = system();
        other.tables[0].indexes.clear();
        let newer = Store::open(&database.url(), &other).unwrap();
        assert!(matches!(newer.active().await, Err(StoreError::Outdated { id }) if id == old.snapshot.id));
        load(&newer, &fixture.open(), &options()).await.unwrap();
        assert!(newer.active().await.unwrap().is_some());
    }

    async fn the_old_snapshot_answers_while_the_new_one_is_loaded(database) {
        // Inside of the load, where rows are about to be read, the service is asked.
        struct Asker(Store, tokio::runtime::Handle, std::sync::Mutex<Vec<usize>>);
        impl snapshot::Progress for Asker {
            fn begin(&self, phase: snapshot::Phase, _: u64) {
                if phase == snapshot::Phase::Rows {
                    let answer = self.1.block_on(served(&self.0)).0.len();
                    self.2.lock().unwrap().push(answer);
                }
            }
            fn advance(&self, _: u64) {}
            fn note(&self, _: &str) {}
        }
        let store = database.store();
        load(&store, &export(1, "2026-11-20T18:00:00Z").open(), &options()).await.unwrap();
        let asker = std::sync::Arc::new(Asker(store.clone(), tokio::runtime::Handle::current(), std::sync::Mutex::default()));
        let progress: snapshot::SharedProgress = std::sync::Arc::<Asker>::clone(&asker);
        store.load(&Fixture::new().open(), &options(), progress).await.unwrap();
        assert_eq!(*asker.2.lock().unwrap(), [1]);
        assert_eq!(served(&store).await.0.len(), 6);
    }

    async fn a_second_loader_is_told_to_wait(database) {
        // The first load is inside of its work when it tells its progress: there the second one begins.
        struct Second(Store, tokio::runtime::Handle, std::path::PathBuf, std::sync::Mutex<Option<String>>);
        impl snapshot::Progress for Second {
            fn begin(&self, phase: snapshot::Phase, _: u64) {
                if phase == snapshot::Phase::Rows {
                    let package = snapshot::Package::open(&self.2).unwrap();
                    let second = self.1.block_on(load(&self.0, &package, &options())).unwrap_err();
                    assert!(matches!(second, LoadError::Store(StoreError::Busy)), "{second}");
                    *self.3.lock().unwrap() = Some(second.to_string());
                }
            }
            fn advance(&self, _: u64) {}
            fn note(&self, _: &str) {}
        }
        let (store, fixture) = (database.store(), Fixture::new());
        let handle = tokio::runtime::Handle::current();
        let second = std::sync::Arc::new(Second(store.clone(), handle, fixture.path().to_owned(), std::sync::Mutex::default()));
        let progress: snapshot::SharedProgress = std::sync::Arc::<Second>::clone(&second);
        store.load(&fixture.open(), &options(), progress).await.unwrap();
        assert!(second.3.lock().unwrap().take().unwrap().contains("another load"));
    }
}
