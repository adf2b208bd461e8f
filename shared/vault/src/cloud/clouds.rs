//! Several clouds, asked at once.

mod gather;
mod pace;
mod progress;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::Semaphore;

use super::{Blames, Cloud, CloudError};
use pace::Pace;

/// How many requests one cloud is sent at once.
const AT_ONCE: usize = 8;

/// How many bytes may be under way in all, so that memory stays bounded.
const UNDER_WAY: usize = 128 * 1024 * 1024;

/// One of the pieces of which some are enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The number of the cloud that has it.
    pub cloud: u8,
    /// Its name there.
    pub name: String,
    /// Its length in bytes.
    pub length: u64,
    /// The BLAKE3 hash of its bytes.
    pub blake3: [u8; 32],
}

/// Fewer pieces than needed could be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct GatherError {
    /// How many are needed.
    pub need: usize,
    /// How many good ones came.
    pub good: usize,
    /// What went wrong with the others.
    pub faults: Vec<CloudError>,
}

impl fmt::Display for GatherError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { need, good, .. } = self;
        write!(out, "{need} pieces are needed and {good} are good")?;
        for fault in &self.faults {
            write!(out, "; {fault}")?;
        }
        Ok(())
    }
}

/// The clouds of a repository that can be opened, with what is known of their speed and their faults.
#[derive(Debug)]
pub struct Clouds {
    all: Vec<Asked>,
    blames: Blames,
    room: Arc<Semaphore>,
}

/// A cloud and how it does.
#[derive(Debug)]
struct Asked {
    cloud: Arc<dyn Cloud>,
    pace: Pace,
    turns: Semaphore,
}

impl Clouds {
    /// These clouds; their numbers may have gaps.
    #[must_use]
    pub fn new(clouds: Vec<Arc<dyn Cloud>>) -> Self {
        let clouds = clouds.into_iter().map(|cloud| Asked {
            cloud,
            pace: Pace::default(),
            turns: Semaphore::new(AT_ONCE),
        });
        Self {
            all: clouds.collect(),
            blames: Blames::default(),
            room: Arc::new(Semaphore::new(UNDER_WAY)),
        }
    }

    /// The cloud of this number.
    #[must_use]
    pub fn cloud(&self, number: u8) -> Option<&Arc<dyn Cloud>> {
        self.asked(number).map(|asked| &asked.cloud)
    }

    /// All of them, in the order given.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Cloud>> {
        self.all.iter().map(|asked| &asked.cloud)
    }

    /// Who answered wrongly so far.
    #[must_use]
    pub fn blames(&self) -> &Blames {
        &self.blames
    }

    /// Any `need` of the wanted pieces, each in the place of its `Wanted`: from the clouds that are fastest just now; one
    /// that is slower than its peers is overtaken by another, one that fails or answers wrongly is entered into the ledger
    /// and replaced. Of pieces equally fast the first ones are preferred: list data before parity.
    ///
    /// # Errors
    /// When fewer than `need` good pieces can be had, with every cloud and object at fault.
    pub async fn gather(
        &self,
        wanted: &[Wanted],
        need: usize,
    ) -> Result<Vec<Option<Bytes>>, GatherError> {
        gather::Gathering::new(self, wanted, need).run().await
    }

    fn asked(&self, number: u8) -> Option<&Asked> {
        self.all.iter().find(|one| one.cloud.number() == number)
    }
}
