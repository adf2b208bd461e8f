//! A Redis of one's own, to be stopped and killed; what it held is gone then.

use std::path::Path;
use std::process::Command;

use rustix::process::Signal;

use super::{DATABASES, command};
use crate::server::{self, Program};

/// Redis as a test runs it, keeping nothing.
#[derive(Debug)]
pub struct Redis;

/// A Redis of one's own.
pub type Server = crate::server::Server<Redis>;

impl Server {
    /// Starts a server.
    ///
    /// # Panics
    /// When Redis is not installed or does not start.
    #[must_use]
    pub fn start() -> Self {
        Self::run(Redis, server::folder("redis"))
    }
}

impl Program for Redis {
    const NAME: &str = "Redis";
    const FAREWELL: Signal = Signal::TERM;

    fn command(&self, folder: &Path, port: u16) -> Command {
        let mut redis = Command::new("redis-server");
        redis
            .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
            .args(["--save", "", "--appendonly", "no", "--daemonize", "no"])
            .args(["--databases", &DATABASES.to_string()])
            .arg("--dir")
            .arg(folder);
        redis
    }

    fn url(&self, port: u16) -> String {
        format!("redis://127.0.0.1:{port}")
    }

    fn answers(&self, port: u16) -> bool {
        command(&format!("127.0.0.1:{port}"), "PING").is_ok_and(|reply| reply == "+PONG")
    }
}
