//! A started process that is ended when its owner goes.

use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

pub use rustix::process::Signal;
use rustix::process::{Pid, kill_process};

/// How often a deadline is looked at.
const PAUSE: Duration = Duration::from_millis(20);

/// How long a process may take to end when it is dropped, before it is killed.
const PATIENCE: Duration = Duration::from_secs(10);

/// A child process; dropping it asks it to end and, after ten seconds, kills it.
#[derive(Debug)]
pub struct Guarded {
    child: Child,
    farewell: Signal,
}

impl Guarded {
    /// Starts the command. `farewell` is the signal that asks this program to end.
    ///
    /// # Panics
    /// When the program cannot be started.
    #[must_use]
    pub fn start(command: &mut Command, farewell: Signal) -> Self {
        let child = command.spawn().unwrap_or_else(|error| {
            panic!(
                "cannot start {}: {error}",
                command.get_program().to_string_lossy()
            )
        });
        Self { child, farewell }
    }

    /// The process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The child itself, to take its pipes.
    pub fn inner(&mut self) -> &mut Child {
        &mut self.child
    }

    /// How it ended, if it has.
    ///
    /// # Panics
    /// When the process is not ours to wait for.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child
            .try_wait()
            .unwrap_or_else(|error| panic!("cannot wait for {}: {error}", self.child.id()))
    }

    /// Sends a signal; a process that has ended is left alone.
    pub fn signal(&mut self, signal: Signal) {
        if self.ended().is_none() {
            // It can only fail for a process that ended this very moment: it is not yet waited for, so the id is ours.
            let _ended = kill_process(Pid::from_child(&self.child), signal);
        }
    }

    /// Waits for the end, at most so long.
    pub fn wait(&mut self, within: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + within;
        loop {
            if let Some(status) = self.ended() {
                return Some(status);
            }
            if Instant::now() >= deadline {
                return None;
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Asks it to end, kills it after ten seconds, and waits until it is gone.
    pub fn stop(&mut self) {
        self.signal(self.farewell);
        if self.wait(PATIENCE).is_none() {
            self.kill();
        }
    }

    /// Kills it (SIGKILL) and waits until it is gone.
    pub fn kill(&mut self) {
        self.signal(Signal::KILL);
        let _gone = self.child.wait();
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        self.stop();
    }
}
