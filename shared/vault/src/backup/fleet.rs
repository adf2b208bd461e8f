//! The clouds of a run, and which of them still take part.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, sleep_until};

use super::{BackupError, Holders, Observer};
use crate::cloud::{Cloud, CloudError, Kind};
use crate::object::{CloudNumber, Descriptor, Names, RepositoryKey};

/// How much longer than those before them the last clouds may take, however patient the settings are not.
const SLOWER: u32 = 10;

/// A cloud with the names of its objects.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) cloud: Arc<dyn Cloud>,
    pub(crate) names: Names,
}

/// The clouds of a repository.
#[derive(Debug)]
pub(crate) struct Fleet {
    members: Vec<Member>,
    need: u8,
    straggler: Duration,
    observer: Arc<dyn Observer>,
    lost: Mutex<Vec<CloudError>>,
}

impl Fleet {
    pub(crate) fn new(
        clouds: Vec<Arc<dyn Cloud>>,
        descriptor: &Descriptor,
        key: &RepositoryKey,
        straggler: Duration,
        observer: Arc<dyn Observer>,
    ) -> Self {
        let members = clouds.into_iter().filter_map(|cloud| {
            let number = CloudNumber::new(cloud.number())?;
            let id = descriptor.cloud_id(number)?;
            let names = Names::new(key, descriptor.repository, id, number);
            Some(Member { cloud, names })
        });
        Self {
            members: members.collect(),
            need: descriptor.need,
            straggler,
            observer,
            lost: Mutex::default(),
        }
    }

    /// k.
    pub(crate) fn need(&self) -> u8 {
        self.need
    }

    /// All clouds, those that failed too.
    pub(crate) fn members(&self) -> &[Member] {
        &self.members
    }

    /// Those that take part.
    pub(crate) fn live(&self) -> Holders {
        let lost = self.lost();
        let numbers = self.members.iter().map(|one| one.cloud.number());
        numbers
            .filter(|number| lost.iter().all(|fault| fault.number != *number))
            .fold(Holders::default(), Holders::with)
    }

    /// Why each of the others does not.
    pub(crate) fn lost(&self) -> MutexGuard<'_, Vec<CloudError>> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaves a cloud out from now on.
    pub(crate) fn drop_cloud(&self, fault: CloudError) {
        let mut lost = self.lost();
        if lost.iter().any(|known| known.number == fault.number) {
            return;
        }
        self.observer
            .warn(&format!("{fault}; the run goes on without it"));
        lost.push(fault);
    }

    /// Fails unless enough clouds take part.
    pub(crate) fn enough(&self, good: Holders, what: &'static str) -> Result<Holders, BackupError> {
        if good.count() >= self.need {
            return Ok(good);
        }
        Err(BackupError::TooFewClouds {
            need: self.need,
            good: good.count(),
            what,
            faults: self.lost().clone(),
        })
    }

    /// Puts an object of each member onto its cloud. Clouds that fail, or are far slower than enough others, are dropped.
    /// Gives those that have it.
    pub(crate) async fn put(&self, object: impl Fn(&Member) -> Option<(String, Bytes)>) -> Holders {
        let live = self.live();
        let mut waiting = Holders::default();
        let mut puts = FuturesUnordered::new();
        for member in &self.members {
            let number = member.cloud.number();
            if let Some((name, bytes)) = object(member).filter(|_| live.has(number)) {
                waiting = waiting.with(number);
                puts.push(async move { (number, member.cloud.put_new(&name, bytes).await) });
            }
        }
        let begun = Instant::now();
        let mut good = Holders::default();
        let mut deadline = None;
        loop {
            let next = match deadline {
                None => puts.next().await,
                Some(deadline) => tokio::select! {
                    biased;
                    next = puts.next() => next,
                    () = sleep_until(deadline) => break,
                },
            };
            let Some((number, result)) = next else {
                return good;
            };
            waiting = waiting.without(number);
            match result {
                Ok(_) => good = good.with(number),
                Err(fault) => self.drop_cloud(fault),
            }
            if good.count() >= self.need && deadline.is_none() {
                deadline = Some(Instant::now() + self.straggler.max(begun.elapsed() * SLOWER));
            }
        }
        for member in self
            .members
            .iter()
            .filter(|one| waiting.has(one.cloud.number()))
        {
            self.drop_cloud(CloudError {
                number: member.cloud.number(),
                cloud: member.cloud.name().to_owned(),
                object: String::new(),
                kind: Kind::Slow,
                detail: format!(
                    "others took {:.0} s for what it did not do in {:.0} s",
                    begun.elapsed().saturating_sub(self.straggler).as_secs_f32(),
                    begun.elapsed().as_secs_f32()
                ),
            });
        }
        good
    }
}
