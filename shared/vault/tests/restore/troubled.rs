//! Clouds that misbehave in ways that a folder cannot. The cloud's name says how.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::TimeDelta;
use runtime::clock::SharedClock;
use vault::cloud::{Cloud, CloudError, CloudSettings, Kind, Listed, Put, Traffic};

/// How many fragments clouds named `cut` or `held` still give before the line is cut or stands still.
pub(crate) static UNTIL_CUT: AtomicI64 = AtomicI64::new(i64::MAX);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Trouble {
    Storm,
    Slow,
    Cut,
    Held,
    Locked,
}

#[derive(Debug)]
struct Troubled {
    inner: Arc<dyn Cloud>,
    trouble: Trouble,
}

/// Opens a cloud; one named `storm-…`, `slow-…`, `cut-…`, `held-…` or `locked-…` with that trouble.
pub(crate) fn open(
    settings: &CloudSettings,
    number: u8,
    clock: &SharedClock,
) -> Result<Arc<dyn Cloud>, CloudError> {
    let inner = vault::cloud::open(settings, number, clock)?;
    let trouble = match settings.name.split('-').next() {
        Some("storm") => Trouble::Storm,
        Some("slow") => Trouble::Slow,
        Some("cut") => Trouble::Cut,
        Some("held") => Trouble::Held,
        Some("locked") => Trouble::Locked,
        _ => return Ok(inner),
    };
    Ok(Arc::new(Troubled { inner, trouble }))
}

impl Troubled {
    fn error(&self, object: &str, kind: Kind) -> CloudError {
        CloudError {
            number: self.inner.number(),
            cloud: self.inner.name().to_owned(),
            object: object.to_owned(),
            kind,
            detail: String::new(),
        }
    }

    async fn suffer(&self, object: &str) -> Result<(), CloudError> {
        match self.trouble {
            Trouble::Storm => return Err(self.error(object, Kind::Unreachable)),
            Trouble::Slow => tokio::time::sleep(Duration::from_millis(60)).await,
            Trouble::Cut | Trouble::Held if object.contains("/f/") => {
                if UNTIL_CUT.fetch_sub(1, Ordering::Relaxed) <= 0 {
                    let silence = if self.trouble == Trouble::Held {
                        Duration::from_mins(10)
                    } else {
                        Duration::from_millis(500)
                    };
                    tokio::time::sleep(silence).await;
                    return Err(self.error(object, Kind::Unreachable));
                }
            }
            Trouble::Cut | Trouble::Held | Trouble::Locked => {}
        }
        Ok(())
    }
}

#[async_trait]
impl Cloud for Troubled {
    fn number(&self) -> u8 {
        self.inner.number()
    }
    fn name(&self) -> &str {
        self.inner.name()
    }
    async fn put_new(&self, name: &str, bytes: Bytes) -> Result<Put, CloudError> {
        self.suffer(name).await?;
        self.inner.put_new(name, bytes).await
    }
    async fn get(&self, name: &str, at_most: u64) -> Result<Bytes, CloudError> {
        self.suffer(name).await?;
        self.inner.get(name, at_most).await
    }
    async fn list(&self, prefix: &str) -> Result<Vec<Listed>, CloudError> {
        if !matches!(self.trouble, Trouble::Cut | Trouble::Held) {
            self.suffer(prefix).await?;
        }
        self.inner.list(prefix).await
    }
    async fn folders(&self, prefix: &str) -> Result<Vec<String>, CloudError> {
        self.suffer(prefix).await?;
        self.inner.folders(prefix).await
    }
    async fn delete(&self, name: &str) -> Result<(), CloudError> {
        if self.trouble == Trouble::Locked {
            return Err(self.error(name, Kind::Refused));
        }
        self.inner.delete(name).await
    }
    async fn clock_skew(&self) -> Result<Option<TimeDelta>, CloudError> {
        self.inner.clock_skew().await
    }
    fn traffic(&self) -> Traffic {
        self.inner.traffic()
    }
}
