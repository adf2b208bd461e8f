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

/// The stack of [`run`]: what Linux gives a process's first thread.
const STACK: usize = 8 << 20;

/// Runs all of a process on a thread of its own.
///
/// With the C library musl, nobody can tell how large the first thread's stack may grow, and what looks how much is left before it goes
/// deeper, as policies do while they are parsed, would find next to nothing.
///
/// # Errors
/// When there can be no thread, or when it panics.
pub fn run<T: Send + 'static>(process: impl FnOnce() -> T + Send + 'static) -> std::io::Result<T> {
    std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(process)?
        .join()
        .map_err(|_| std::io::Error::other("the process's thread panicked"))
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
