//! Proves that a new snapshot answers before anybody is sent to it.

use std::time::Duration;

use crate::check::TableCount;
use crate::progress::{Phase, SharedProgress};
use crate::store::aside;
use crate::store::loader::Loader;
use crate::store::{LoadError, PoolOptions, Snapshot, Store, StoreError};

/// Counts every table and asks the probes, through a connection like the service's.
pub(super) async fn prove_answers<L: Loader>(
    store: &Store,
    loader: &mut L,
    draft: &Snapshot,
    tables: &[TableCount],
    progress: &SharedProgress,
) -> Result<(), LoadError> {
    let system = &store.system;
    progress.begin(
        Phase::Probe,
        (tables.len() * 2 + system.probes.len()) as u64,
    );
    for table in tables {
        let found = loader.count(draft, &table.name).await?;
        if found != table.rows {
            let words = format!(
                "{} has {found} rows, but {} were loaded",
                table.name, table.rows
            );
            aside::forget(draft);
            loader.discard(draft).await?;
            return Err(LoadError::Probe(words));
        }
        progress.advance(1);
    }
    let pool = PoolOptions {
        max_connections: 1,
        acquire_timeout: Duration::from_secs(30),
        ..PoolOptions::default()
    };
    let database = store.connect(draft, &pool).await?;
    let first_rows = system
        .tables
        .iter()
        .map(|table| (table.name, table.decode_first));
    let probes = system.probes.iter().map(|probe| (probe.name, probe.run));
    let mut answer = Ok(());
    for (name, ask) in first_rows.chain(probes) {
        if let Err(words) = ask(&database).await {
            answer = Err(LoadError::Probe(format!("{name}: {words}")));
            break;
        }
        progress.advance(1);
    }
    database.close().await.map_err(StoreError::database)?;
    if answer.is_err() {
        aside::forget(draft);
        loader.discard(draft).await?;
    }
    answer
}
