//! Journals into a vault, again and again, so that losing the site loses what was filed in the last minute at most.

use std::path::PathBuf;
use std::time::Duration;

use ::vault::backup::RunSummary;
use ::vault::source::SourceOptions;
use journal::Journal;
use runtime::clock::SharedClock;
use runtime::lifecycle::Drain;
use serde::Deserialize;

use crate::backup::silently;
use crate::outcome::Failure;

/// The name of the journals in a vault.
pub(crate) const SOURCE: &str = "journals";

/// The `[journal_backup]` part of the configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BackupSettings {
    /// The vault's file, as `lifeboat backup init` wrote it; a vault of the journals' own.
    pub(crate) vault: PathBuf,
    /// A folder for the journals as files; it is kept between runs.
    pub(crate) spool: PathBuf,
    /// Seconds between backups.
    #[serde(default = "BackupSettings::default_every_s")]
    pub(crate) every_s: u64,
}

impl BackupSettings {
    fn default_every_s() -> u64 {
        60
    }
}

/// Backs up the journals.
pub(crate) struct Keeper {
    settings: BackupSettings,
    journals: Vec<Journal>,
    clock: SharedClock,
}

impl Keeper {
    pub(crate) fn new(
        settings: BackupSettings,
        journals: Vec<Journal>,
        clock: SharedClock,
    ) -> Self {
        Self {
            settings,
            journals,
            clock,
        }
    }

    /// Backs up what is new; `None` where nothing is.
    pub(crate) async fn once(&self) -> Result<Option<RunSummary>, Failure> {
        let mut new = 0;
        for journal in &self.journals {
            let folder = self.settings.spool.join(journal.capability());
            new += journal.write_segments(&folder).await?.segments;
        }
        if new == 0 && self.is_backed_up() {
            return Ok(None);
        }
        let pending = self.pending();
        std::fs::write(&pending, "")?;
        let options = SourceOptions {
            name: Some(SOURCE.to_owned()),
            tier: Some(0),
            ..SourceOptions::new(self.clock.clone())
        };
        let summary = silently(&self.settings.vault, &self.settings.spool, options).await?;
        std::fs::remove_file(&pending)?;
        Ok(Some(summary))
    }

    /// Backs up until `drain` begins. What fails is said, and tried again.
    pub(crate) async fn run(self, drain: Drain) {
        let every = Duration::from_secs(self.settings.every_s.max(1));
        // Known from the start: a backup that never succeeds is missed as one that has stopped is.
        self.backed_up_by_now();
        metrics::counter!("lifeboat_journal_backup_failures_total").increment(0);
        loop {
            // Once more at the end, when nothing can be filed any more.
            let last = drain.has_begun();
            match self.once().await {
                Ok(done) => {
                    self.backed_up_by_now();
                    if let Some(summary) = done {
                        tracing::info!(stored = summary.bytes_stored, "journals backed up");
                    }
                }
                Err(failure) => {
                    metrics::counter!("lifeboat_journal_backup_failures_total").increment(1);
                    tracing::error!(%failure, "the journals were not backed up");
                }
            }
            if last {
                return;
            }
            drain.sleep(every).await;
        }
    }

    fn backed_up_by_now(&self) {
        metrics::gauge!("lifeboat_journal_backup_last_success_seconds")
            .set(seconds(self.clock.now().timestamp()));
    }

    /// Marks that the files are newer than the newest backup; it outlives a run that is cut off.
    fn pending(&self) -> PathBuf {
        self.settings.spool.with_extension("pending")
    }

    fn is_backed_up(&self) -> bool {
        !self.pending().exists()
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "seconds since 1970 are far below 2^52"
)]
fn seconds(timestamp: i64) -> f64 {
    timestamp as f64
}
