//! The life of a server of one's own: started, stopped, killed and started again, always on the same port.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tempfile::TempDir;

use crate::child::Guarded;
use crate::ports;

/// How long a server may take until it answers.
const PATIENCE: Duration = Duration::from_mins(1);

/// What is particular to a kind of server.
pub trait Program {
    /// Its name in failures.
    const NAME: &str;

    /// The signal that asks it to end soon.
    const FAREWELL: Signal;

    /// The command that runs it with its files in `folder`, on `port` of loopback.
    fn command(&self, folder: &Path, port: u16) -> Command;

    /// Where it is reached.
    fn url(&self, port: u16) -> String;

    /// Whether it answers.
    fn answers(&self, port: u16) -> bool;
}

/// A server in its own temporary folder on a free port of loopback; stopped and removed when dropped.
#[derive(Debug)]
pub struct Server<P> {
    // Declared first: it is dropped, and the process gone, before its folder is.
    process: Option<Guarded>,
    folder: TempDir,
    port: u16,
    url: String,
    program: P,
}

impl<P: Program> Server<P> {
    /// Runs `program` in `folder`, and waits until it answers.
    pub(crate) fn run(program: P, folder: TempDir) -> Self {
        let port = ports::free();
        let mut server = Self {
            process: None,
            folder,
            port,
            url: program.url(port),
            program,
        };
        server.start_again();
        server
    }

    /// Where it is reached, also while it is stopped.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The port of loopback, also while it is stopped.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What was started.
    pub(crate) fn program(&self) -> &P {
        &self.program
    }

    /// Its files.
    pub(crate) fn files(&self) -> &Path {
        self.folder.path()
    }

    /// The process id, for PostgreSQL that of the postmaster, whose children are the connections; none while stopped.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(Guarded::pid)
    }

    /// Stops it in an orderly way; connections are cut.
    pub fn stop(&mut self) {
        self.process = None;
    }

    /// Kills it, as a power cut would (but for the disk).
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill();
        }
    }

    /// Starts it again on the same port with what its folder kept, and waits until it answers.
    ///
    /// # Panics
    /// When it does not answer within a minute.
    pub fn start_again(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let mut command = self.program.command(self.folder.path(), self.port);
            let process = self
                .process
                .insert(start(&mut command, self.folder.path(), P::FAREWELL));
            while Instant::now() < deadline && process.ended().is_none() {
                if self.program.answers(self.port) {
                    return;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            // After a kill, connections of a killed PostgreSQL may hold its memory for a moment: it is tried again.
            std::thread::sleep(Duration::from_millis(200));
        }
        let said = log(self.folder.path());
        panic!("{} does not answer on port {}:\n{said}", P::NAME, self.port);
    }
}

/// A temporary folder for a server of this name.
pub(crate) fn folder(name: &str) -> TempDir {
    tempfile::Builder::new()
        .prefix(&format!("lifeboat-{name}-"))
        .tempdir()
        .unwrap_or_else(|error| panic!("no temporary folder: {error}"))
}

/// Starts the command in the folder, where it leaves what it says.
pub(crate) fn start(command: &mut Command, folder: &Path, farewell: Signal) -> Guarded {
    let open = || {
        let log = File::options()
            .create(true)
            .append(true)
            .open(folder.join("log"));
        log.unwrap_or_else(|error| panic!("no log for a server: {error}"))
    };
    command
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(open())
        .stderr(open());
    Guarded::start(command, farewell)
}

/// What the server of this folder has said.
pub(crate) fn log(folder: &Path) -> String {
    fs::read_to_string(folder.join("log")).unwrap_or_default()
}

/// Writes a file that a server reads.
pub(crate) fn write(file: &Path, text: &str) {
    fs::write(file, text)
        .unwrap_or_else(|error| panic!("cannot write {}: {error}", file.display()));
}
