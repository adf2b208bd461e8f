//! A Redis of one's own, to be stopped and killed.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tempfile::TempDir;

use super::{DATABASES, command};
use crate::child::Guarded;
use crate::ports;

/// How long a server may take until it answers.
const PATIENCE: Duration = Duration::from_secs(20);

/// A Redis server in its own temporary folder on a free port of loopback, keeping nothing; stopped when dropped.
#[derive(Debug)]
pub struct Server {
    // Declared first: it is dropped, and the process gone, before its folder is.
    process: Option<Guarded>,
    folder: TempDir,
    port: u16,
    url: String,
}

impl Server {
    /// Starts a server.
    ///
    /// # Panics
    /// When Redis is not installed or does not start.
    #[must_use]
    pub fn start() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("lifeboat-redis-")
            .tempdir()
            .unwrap_or_else(|error| panic!("no temporary folder: {error}"));
        let port = ports::free();
        let mut server = Self {
            process: None,
            folder,
            port,
            url: format!("redis://127.0.0.1:{port}"),
        };
        server.start_again();
        server
    }

    /// `redis://127.0.0.1:port`
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The port of loopback, also while the server is stopped.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process id; none while stopped.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(Guarded::pid)
    }

    /// Stops it in an orderly way; what it held is gone.
    pub fn stop(&mut self) {
        self.process = None;
    }

    /// Kills it; what it held is gone.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill();
        }
    }

    /// Starts it again, empty, on the same port, and waits until it answers.
    ///
    /// # Panics
    /// When it does not answer.
    pub fn start_again(&mut self) {
        let mut redis = Command::new("redis-server");
        redis
            .args(["--bind", "127.0.0.1", "--port", &self.port.to_string()])
            .args(["--save", "", "--appendonly", "no", "--daemonize", "no"])
            .args(["--databases", &DATABASES.to_string()])
            .arg("--dir")
            .arg(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        self.process = Some(Guarded::start(&mut redis, Signal::TERM));
        let address = format!("127.0.0.1:{}", self.port);
        let deadline = Instant::now() + PATIENCE;
        while command(&address, "PING").map_or(true, |reply| reply != "+PONG") {
            let gone = self.process.as_mut().is_none_or(|p| p.ended().is_some());
            assert!(
                !gone && Instant::now() < deadline,
                "Redis does not answer on port {}",
                self.port
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
