//! Sends sealed packs to all clouds at once, within a bounded amount of memory.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::Semaphore;
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinSet;

use super::error::At as _;
use super::fleet::Fleet;
use super::intake::Shared;
use super::packing::Sealed;
use super::{BackupError, Step};
use crate::object::Epoch;

/// Bytes of packs that may be under way; a single longer pack goes alone.
const UNDER_WAY: u32 = 96 * 1024 * 1024;

/// Sends until no more packs come. Failures end the run through its stop.
pub(crate) async fn send_all(
    mut packs: Receiver<Sealed>,
    shared: Arc<Shared>,
    fleet: Arc<Fleet>,
    epoch: Epoch,
) {
    let room = Arc::new(Semaphore::new(UNDER_WAY as usize));
    let mut tasks = JoinSet::new();
    while let Some(sealed) = packs.recv().await {
        if shared.stop.is_set() {
            continue;
        }
        let bytes: usize = sealed.fragments.iter().map(bytes::Bytes::len).sum();
        let bytes = u32::try_from(bytes).unwrap_or(UNDER_WAY).min(UNDER_WAY);
        let Ok(permit) = Arc::clone(&room).acquire_many_owned(bytes).await else {
            break;
        };
        while let Some(ended) = tasks.try_join_next() {
            note(&shared, ended);
        }
        let (shared, fleet) = (Arc::clone(&shared), Arc::clone(&fleet));
        tasks.spawn(async move {
            let sent = send(sealed, &shared, &fleet, epoch).await;
            drop(permit);
            sent
        });
    }
    while let Some(ended) = tasks.join_next().await {
        note(&shared, ended);
    }
}

fn note(shared: &Shared, ended: Result<Result<(), BackupError>, tokio::task::JoinError>) {
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(error)) => shared.stop.set(error),
        Err(_) => shared.stop.set(BackupError::Ended("sending")),
    }
}

async fn send(
    sealed: Sealed,
    shared: &Arc<Shared>,
    fleet: &Fleet,
    epoch: Epoch,
) -> Result<(), BackupError> {
    let holders = fleet
        .put(|member| {
            let place = usize::from(member.cloud.number()).checked_sub(1)?;
            let fragment = sealed.fragments.get(place)?.clone();
            Some((member.names.fragment(&sealed.pack), fragment))
        })
        .await;
    fleet.enough(holders, "took a pack")?;
    let length = sealed.fragments.first().map_or(0, bytes::Bytes::len) as u64;
    let Sealed {
        pack,
        class,
        hashes,
        extents,
        ..
    } = sealed;
    shared
        .observer
        .reached(Step::PackPut)
        .at("the run".as_ref())?;
    let keeper = Arc::clone(shared);
    let kept = tokio::task::spawn_blocking(move || {
        keeper
            .ledger
            .stored(pack, epoch, class, holders, hashes, &extents)
    });
    kept.await
        .map_err(|_| BackupError::Ended("the journal"))??;
    let stored = length * u64::from(holders.count());
    let counters = &shared.counters;
    counters.stored.fetch_add(stored, Ordering::Relaxed);
    counters.packs.fetch_add(1, Ordering::Relaxed);
    shared.observer.stored(stored);
    shared
        .observer
        .reached(Step::PackStored)
        .at("the run".as_ref())
}
