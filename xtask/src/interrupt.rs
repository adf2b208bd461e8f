//! Ctrl-C and SIGTERM, so that what was started is stopped in an orderly way.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::Failure;

/// Listens from its creation on; from then on the signals no longer end this process by themselves.
#[derive(Debug)]
pub(crate) struct Interrupt {
    interrupt: Signal,
    terminate: Signal,
}

impl Interrupt {
    pub(crate) fn listen() -> Result<Self, Failure> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for one of the signals, also one that came before.
    pub(crate) async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {},
            _ = self.terminate.recv() => {},
        }
    }
}
