//! The snapshot in service: watches the store, connects to a new snapshot, and switches without losing a request.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use database::Lanes;
use runtime::lifecycle::Drain;
use runtime::problem::{Kind, Problem};
use snapshot::{Location, PoolOptions, Snapshot, Store, StoreError};

use crate::answer::SnapshotInfo;
use crate::failure::unreachable_database;
use crate::health::State;
use crate::tables::Tables;

/// One snapshot, connected.
#[derive(Debug)]
pub(crate) struct Serving {
    pub(crate) info: SnapshotInfo,
    pub(crate) tables: Tables,
}

/// What is in service now.
#[derive(Debug, Default)]
pub(crate) struct Records {
    current: ArcSwapOption<Serving>,
    unreachable: AtomicBool,
}

impl Records {
    /// The snapshot in service, or the problem that tells "none yet" from "database gone".
    pub(crate) fn serving(&self) -> Result<Arc<Serving>, Problem> {
        match self.current.load_full() {
            Some(serving) => Ok(serving),
            None if self.unreachable.load(Ordering::Relaxed) => Err(unreachable_database()),
            None => Err(Problem::new(Kind::Unavailable)
                .detail("No snapshot has been loaded yet.", "尚未載入任何資料快照。")
                .retry_after(30)),
        }
    }

    pub(crate) fn state(&self) -> State {
        match (
            self.unreachable.load(Ordering::Relaxed),
            self.current.load().is_some(),
        ) {
            (true, _) => State::DatabaseGone,
            (false, false) => State::NoSnapshot,
            (false, true) => State::Ready,
        }
    }

    pub(crate) fn info(&self) -> Option<SnapshotInfo> {
        self.current
            .load()
            .as_ref()
            .map(|serving| serving.info.clone())
    }

    /// Looks once: connects to the store's active snapshot where it is another one than before.
    pub(crate) async fn refresh(&self, store: &Store, pool: &PoolOptions, threads: usize) {
        match self.look(store, pool, threads).await {
            Ok(()) => self.unreachable.store(false, Ordering::Relaxed),
            Err(error) => {
                if !self.unreachable.swap(true, Ordering::Relaxed) {
                    tracing::error!(%error, "snapshot store unreachable");
                }
            }
        }
    }

    async fn look(
        &self,
        store: &Store,
        pool: &PoolOptions,
        threads: usize,
    ) -> Result<(), StoreError> {
        let active = store.active().await?;
        let known = self
            .current
            .load()
            .as_ref()
            .map(|serving| serving.info.clone());
        match active {
            None => self.current.store(None),
            Some(active) => {
                let info = SnapshotInfo::from(&active);
                if known.as_ref() != Some(&info) {
                    let tables = connect(store, &active, pool, threads).await?;
                    tracing::info!(snapshot = %info.id, taken_at = %info.taken_at, "snapshot in service");
                    self.current.store(Some(Arc::new(Serving { info, tables })));
                }
            }
        }
        Ok(())
    }
}

/// Connects to a snapshot, for as many threads as answer.
async fn connect(
    store: &Store,
    active: &Snapshot,
    pool: &PoolOptions,
    threads: usize,
) -> Result<Tables, StoreError> {
    let (most, patience) = (pool.max_connections, pool.acquire_timeout);
    let tables = match store.location(active, pool) {
        Location::Postgres(server) => Lanes::open(*server, most, threads, patience)
            .await
            .map(|lanes| Tables::Postgres(Box::new(lanes))),
        Location::Sqlite(file) => Lanes::open(*file, most, threads, patience)
            .await
            .map(|lanes| Tables::Sqlite(Box::new(lanes))),
    };
    tables.map_err(|error| StoreError::Unreachable(error.to_string()))
}

/// Goes on looking until the service drains.
pub(crate) async fn watch(
    records: Arc<Records>,
    store: Store,
    pool: PoolOptions,
    threads: usize,
    every: Duration,
    drain: Drain,
) {
    while drain.sleep(every).await {
        records.refresh(&store, &pool, threads).await;
    }
}
