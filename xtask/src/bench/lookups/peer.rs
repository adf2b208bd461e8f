//! A server of somebody else's that is measured beside ours.

use std::process::{Command, Stdio};

use tempfile::TempDir;
use test_support::child::{Guarded, Signal};
use test_support::ports;

use crate::Failure;

/// A running server; stopped when dropped.
#[derive(Debug)]
pub(super) struct Peer {
    process: Guarded,
    _folder: TempDir,
    port: u16,
}

impl Peer {
    /// Starts the server and waits until it listens on `port` of loopback; what it has in `folder` stays as long as it runs.
    pub(super) fn start(
        command: &mut Command,
        folder: TempDir,
        port: u16,
    ) -> Result<Self, Failure> {
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let process = Guarded::start(command, Signal::TERM);
        ports::wait_open(port)?;
        Ok(Self {
            process,
            _folder: folder,
            port,
        })
    }

    /// `host:port`
    pub(super) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    pub(super) fn pid(&self) -> u32 {
        self.process.pid()
    }
}
