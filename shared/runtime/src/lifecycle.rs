//! Start, ready, drain, stop: one switch that readiness, listeners and background work watch.

use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
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

/// Being told to end, by SIGTERM or SIGINT.
///
/// Listened for from the first moment of a process: in a container it is process 1, for which Linux throws away a signal that it has no
/// handler for.
#[derive(Debug)]
pub struct Termination {
    terminate: Signal,
    interrupt: Signal,
}

impl Termination {
    /// Listens from now on; the signals no longer end the process by themselves.
    ///
    /// # Errors
    /// When the handlers cannot be installed.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits until the process is told to end, also when it was told since [`Termination::listen`].
    pub async fn told(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => (),
            _ = self.interrupt.recv() => (),
        }
    }
}
