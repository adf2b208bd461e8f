//! The same test on SQLite and on PostgreSQL.

use snapshot::{LoadError, LoadOptions, Loaded, Outcome, Package, PoolOptions, Store};
use tempfile::TempDir;

use crate::fixture::silent;
use crate::tables::{person, stay, system};

/// A fresh database of either kind.
pub(crate) enum TestDatabase {
    Sqlite(TempDir),
    Postgres(test_support::postgres::Database),
}

impl TestDatabase {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(TempDir::new().unwrap())
    }

    pub(crate) async fn postgres() -> Self {
        Self::Postgres(test_support::postgres::database().await)
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(dir) => format!("sqlite://{}", dir.path().display()),
            Self::Postgres(database) => database.url.clone(),
        }
    }

    pub(crate) fn store(&self) -> Store {
        Store::open(&self.url(), &system()).unwrap()
    }

    /// Schemas or files that hold data.
    pub(crate) fn places(&self) -> usize {
        match self {
            Self::Sqlite(dir) => {
                std::fs::read_dir(dir.path().join("test-register")).map_or(0, |files| {
                    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
                    names
                        .filter(|name| name.ends_with(".sqlite") && name != "registry.sqlite")
                        .count()
                })
            }
            Self::Postgres(database) => {
                let sql =
                    "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'test\\_register\\_%'";
                test_support::postgres::psql(&database.url, sql)
                    .unwrap()
                    .parse()
                    .unwrap()
            }
        }
    }
}

/// Writes a test for each database; the body is an `async fn(TestDatabase)`.
macro_rules! on_both {
    ($($(#[$doc:meta])* async fn $name:ident($database:ident) $body:block)+) => {$(
        $(#[$doc])*
        mod $name {
            use super::*;

            async fn promise($database: crate::databases::TestDatabase) $body

            #[tokio::test]
            async fn on_sqlite() {
                promise(crate::databases::TestDatabase::sqlite()).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                promise(crate::databases::TestDatabase::postgres().await).await;
            }
        }
    )+};
}
pub(crate) use on_both;

pub(crate) async fn load(
    store: &Store,
    package: &Package,
    options: &LoadOptions,
) -> Result<Loaded, LoadError> {
    match store.load(package, options, silent()).await? {
        Outcome::Loaded(loaded) => Ok(loaded),
        Outcome::AlreadyActive(snapshot) => panic!("{} was active already", snapshot.id),
    }
}

/// Everything that a service sees through the active snapshot.
pub(crate) async fn served(store: &Store) -> (Vec<person::Model>, Vec<stay::Model>) {
    use sea_orm::{EntityTrait as _, QueryOrder as _};
    let active = store.active().await.unwrap().expect("a snapshot is active");
    let database = store
        .connect(&active, &PoolOptions::default())
        .await
        .unwrap();
    let persons = person::Entity::find()
        .order_by_asc(person::Column::NationalId)
        .all(&database)
        .await
        .unwrap();
    let stays = stay::Entity::find()
        .order_by_asc(stay::Column::Number)
        .all(&database)
        .await
        .unwrap();
    database.close().await.unwrap();
    (persons, stays)
}
