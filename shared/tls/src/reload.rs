//! Looks at files again and again, and puts what they hold now in the place of what they held.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use arc_swap::ArcSwap;

use crate::error::TlsError;

/// Counts the changes of what connections are made with. A connection that was made under an older one should be
/// closed after its next answer: its certificates may have been taken back since.
#[derive(Clone, Debug, Default)]
pub struct Generation(Arc<AtomicU64>);

impl Generation {
    /// How often something changed.
    #[must_use]
    pub fn current(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    fn next(&self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }
}

/// What files hold, as of late.
#[derive(Debug)]
pub(crate) struct Reloaded<T> {
    current: ArcSwap<T>,
    generation: Generation,
}

impl<T: Send + Sync + 'static> Reloaded<T> {
    /// Reads the files, and goes on looking at them every `period` for as long as this is in use.
    ///
    /// # Errors
    /// When they cannot be used now. Later it is logged, and what was read before stays.
    pub(crate) fn open(
        side: &'static str,
        files: Vec<PathBuf>,
        period: Duration,
        read: impl Fn() -> Result<T, TlsError> + Send + 'static,
    ) -> Result<Arc<Self>, TlsError> {
        // In this order: what changes while it is read is read again.
        let seen = contents(&files);
        let reloaded = Arc::new(Self {
            current: ArcSwap::from_pointee(read()?),
            generation: Generation::default(),
        });
        let watched = Arc::downgrade(&reloaded);
        let watching = move || watch(side, &files, seen, period, &watched, &read);
        std::thread::Builder::new()
            .name(format!("tls-{side}"))
            .spawn(watching)
            .map_err(TlsError::Thread)?;
        Ok(reloaded)
    }

    pub(crate) fn current(&self) -> arc_swap::Guard<Arc<T>> {
        self.current.load()
    }

    pub(crate) fn generation(&self) -> &Generation {
        &self.generation
    }
}

fn watch<T>(
    side: &'static str,
    files: &[PathBuf],
    mut seen: Vec<Option<Vec<u8>>>,
    period: Duration,
    watched: &Weak<Reloaded<T>>,
    read: &impl Fn() -> Result<T, TlsError>,
) {
    let mut complained = false;
    for outcome in ["used", "refused"] {
        reloads(side, outcome).increment(0);
    }
    loop {
        std::thread::sleep(period);
        let Some(reloaded) = watched.upgrade() else {
            return;
        };
        let now = contents(files);
        if now == seen {
            continue;
        }
        let changed = read();
        reloads(side, if changed.is_ok() { "used" } else { "refused" }).increment(1);
        match changed {
            Ok(changed) => {
                tracing::info!(side, "certificates changed");
                reloaded.current.store(Arc::new(changed));
                reloaded.generation.next();
                (seen, complained) = (now, false);
            }
            // Not marked as seen: what arrives file by file is whole at the next look.
            Err(error) if !complained => {
                tracing::error!(side, %error, "changed certificates cannot be used; the known ones stay");
                complained = true;
            }
            Err(_) => (),
        }
    }
}

fn reloads(side: &'static str, outcome: &'static str) -> metrics::Counter {
    metrics::counter!("lifeboat_tls_reloads_total", "side" => side, "outcome" => outcome)
}

/// The contents and not the times: a mounted Secret is replaced by turning a link.
fn contents(files: &[PathBuf]) -> Vec<Option<Vec<u8>>> {
    files.iter().map(|file| std::fs::read(file).ok()).collect()
}
