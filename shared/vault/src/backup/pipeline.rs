//! One phase of a run: from cutting threads to the clouds, until everything that was put is stored.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use super::BackupError;
use super::fleet::Fleet;
use super::intake::{Intake, Job, Shared};
use super::packing::{self, Jobs, SealingKey};
use super::sending::send_all;
use crate::object::Epoch;

/// How many extents wait for each packing thread: enough that none of them, nor of the cutting ones, is put to sleep for every extent.
const AHEAD: usize = 8;

/// What a run is made with.
#[derive(Debug, Clone)]
pub(crate) struct Pipeline {
    pub(crate) shared: Arc<Shared>,
    pub(crate) fleet: Arc<Fleet>,
    pub(crate) sealing: SealingKey,
    pub(crate) epoch: Epoch,
}

/// Makes intakes, one for each group.
#[derive(Debug, Clone)]
pub(crate) struct Inlet {
    shared: Arc<Shared>,
    jobs: SyncSender<Job>,
}

impl Inlet {
    pub(crate) fn group(&self) -> Intake {
        Intake::new(Arc::clone(&self.shared), self.jobs.clone())
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }
}

impl Pipeline {
    /// Runs `feed` in a thread that may block; when this returns, all that it put is on enough clouds and in the journal.
    ///
    /// # Errors
    /// The first failure anywhere.
    pub(crate) async fn phase<T: Send + 'static>(
        &self,
        feed: impl FnOnce(Inlet) -> Result<T, BackupError> + Send + 'static,
    ) -> Result<T, BackupError> {
        let threads = packing::threads();
        let (jobs, waiting) = sync_channel(threads * AHEAD);
        let waiting: Jobs = Arc::new(Mutex::new(waiting));
        let (send, packs) = mpsc::channel(1);
        let packers: Vec<JoinHandle<()>> = (0..threads)
            .map(|_| {
                let (shared, sealing) = (Arc::clone(&self.shared), self.sealing.clone());
                let (waiting, send) = (Arc::clone(&waiting), send.clone());
                spawn_blocking(move || packing::work(&shared, &sealing, &waiting, &send))
            })
            .collect();
        // The channels close when the last of the threads has ended.
        drop((waiting, send));
        let sender = tokio::spawn(send_all(
            packs,
            Arc::clone(&self.shared),
            Arc::clone(&self.fleet),
            self.epoch,
        ));
        let inlet = Inlet {
            shared: Arc::clone(&self.shared),
            jobs,
        };
        let result = spawn_blocking(move || feed(inlet)).await;
        for packer in packers {
            packer.await.map_err(|_| BackupError::Ended("packing"))?;
        }
        sender.await.map_err(|_| BackupError::Ended("sending"))?;
        if let Some(why) = self.shared.stop.take() {
            return Err(why);
        }
        result.map_err(|_| BackupError::Ended("cutting"))?
    }
}
