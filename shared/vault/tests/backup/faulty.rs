//! Clouds that misbehave as told.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::TimeDelta;
use vault::backup::OpenClouds;
use vault::cloud::{Cloud, CloudError, Kind, Listed, Put, Traffic};

/// How a cloud misbehaves.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    /// Answers nothing.
    Unreachable,
    /// Takes so many objects and then fails like this.
    After(usize, Kind),
    /// Every object takes so long.
    Slow(Duration),
    /// Its clock is that far ahead.
    Ahead(TimeDelta),
}

#[derive(Debug)]
struct Faulty {
    inner: Arc<dyn Cloud>,
    fault: Fault,
    puts: AtomicUsize,
}

impl Faulty {
    fn error(&self, name: &str, kind: Kind) -> CloudError {
        CloudError {
            number: self.inner.number(),
            cloud: self.inner.name().to_owned(),
            object: name.to_owned(),
            kind,
            detail: String::new(),
        }
    }

    fn answers(&self, name: &str) -> Result<(), CloudError> {
        match self.fault {
            Fault::Unreachable => Err(self.error(name, Kind::Unreachable)),
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl Cloud for Faulty {
    fn number(&self) -> u8 {
        self.inner.number()
    }

    fn name(&self) -> &str {
        self.inner.name()
    }

    async fn put_new(&self, name: &str, bytes: Bytes) -> Result<Put, CloudError> {
        self.answers(name)?;
        let before = self.puts.fetch_add(1, Ordering::SeqCst);
        match self.fault {
            Fault::After(most, kind) if before >= most => return Err(self.error(name, kind)),
            Fault::Slow(long) => tokio::time::sleep(long).await,
            _ => {}
        }
        self.inner.put_new(name, bytes).await
    }

    async fn get(&self, name: &str, at_most: u64) -> Result<Bytes, CloudError> {
        self.answers(name)?;
        self.inner.get(name, at_most).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<Listed>, CloudError> {
        self.answers(prefix)?;
        self.inner.list(prefix).await
    }

    async fn folders(&self, prefix: &str) -> Result<Vec<String>, CloudError> {
        self.answers(prefix)?;
        self.inner.folders(prefix).await
    }

    async fn delete(&self, name: &str) -> Result<(), CloudError> {
        self.answers(name)?;
        self.inner.delete(name).await
    }

    async fn clock_skew(&self) -> Result<Option<TimeDelta>, CloudError> {
        match self.fault {
            Fault::Ahead(by) => Ok(Some(by)),
            _ => self.inner.clock_skew().await,
        }
    }

    fn traffic(&self) -> Traffic {
        self.inner.traffic()
    }
}

/// The same clouds, those of these numbers misbehaving.
pub(crate) fn with(clouds: OpenClouds, faults: &[(u8, Fault)]) -> OpenClouds {
    let wrap = |cloud: Arc<dyn Cloud>| {
        let fault = faults.iter().find(|(number, _)| *number == cloud.number());
        match fault {
            Some((_, fault)) => Arc::new(Faulty {
                inner: cloud,
                fault: *fault,
                puts: AtomicUsize::new(0),
            }) as Arc<dyn Cloud>,
            None => cloud,
        }
    };
    OpenClouds {
        clouds: clouds.clouds.into_iter().map(wrap).collect(),
        faults: clouds.faults,
    }
}
