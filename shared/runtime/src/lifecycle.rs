//! Start, ready, drain, stop: one switch that readiness, listeners and background work watch.

use std::time::Duration;

use tokio::sync::watch;

/// Says whether the process is on its way out. Clones share one state.
#[derive(Clone, Debug)]
pub struct Drain(watch::Sender<bool>);

impl Default for Drain {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Drain {
    /// Readiness falls now; listeners stay open for those who have not heard yet.
    pub fn begin(&self) {
        self.0.send_replace(true);
    }

    /// Whether [`Drain::begin`] was called.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until draining begins.
    pub async fn begun(&self) {
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = self.0.subscribe().wait_for(|begun| *begun).await;
    }

    /// Sleeps for `period`; `false` when draining began meanwhile. For background loops.
    pub async fn sleep(&self, period: Duration) -> bool {
        tokio::time::timeout(period, self.begun()).await.is_err()
    }
}

/// Waits for SIGTERM or SIGINT.
///
/// # Errors
/// When the handlers cannot be installed.
pub async fn terminated() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => (),
        _ = interrupt.recv() => (),
    }
    Ok(())
}
