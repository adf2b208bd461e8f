//! The snapshot in service: watches the databases, connects to a new snapshot, and switches without losing a request.

mod choice;
mod databases;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use runtime::problem::{Kind, Problem};
use snapshot::StoreError;

use crate::answer::SnapshotInfo;
use crate::failure::unreachable_database;
use crate::health::{Probe, State};
use crate::measures::Measures;
use crate::tables::Tables;
use choice::Choice;
pub(crate) use databases::Databases;

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

    /// Looks once: connects to the active snapshot where it is another one than before.
    pub(crate) async fn refresh(&self, databases: &mut Databases) {
        match self.look(databases).await {
            Ok(()) => self.unreachable.store(false, Ordering::Relaxed),
            Err(error) => {
                if !self.unreachable.swap(true, Ordering::Relaxed) {
                    tracing::error!(%error, "snapshot store unreachable");
                }
            }
        }
    }

    async fn look(&self, databases: &mut Databases) -> Result<(), StoreError> {
        let (snapshot, on_replica) = match databases.choose().await? {
            Choice::Nothing => {
                self.current.store(None);
                return Ok(());
            }
            Choice::Serve {
                snapshot,
                on_replica,
            } => (snapshot, on_replica),
        };
        let info = SnapshotInfo::from(&snapshot);
        match self.current.load_full() {
            Some(serving) if serving.info == info => serving.tables.replica_has_it(on_replica),
            _ => {
                let tables = databases.connect(&snapshot, on_replica).await?;
                tracing::info!(snapshot = %info.id, taken_at = %info.taken_at, "snapshot in service");
                self.current.store(Some(Arc::new(Serving { info, tables })));
            }
        }
        Ok(())
    }
}

/// Goes on looking until the service drains, and measures what it sees.
pub(crate) async fn watch(probe: Arc<Probe>, mut databases: Databases, every: Duration) {
    let mut measures = Measures::new(probe.capability);
    probe.measure(&mut measures);
    while probe.drain.sleep(every).await {
        probe.records.refresh(&mut databases).await;
        probe.measure(&mut measures);
    }
    probe.measure(&mut measures);
}
