//! Datasette over a snapshot in SQLite: one person by key, as JSON, asking nobody who they are.

use std::process::{Command, Stdio};

use test_support::ports;

use super::super::{HOUSEHOLD, Setting, python_programs, sqlite_files};
use super::peer::Peer;
use crate::Failure;

/// From the Python package index.
pub(in super::super) const PACKAGES: [&str; 1] = ["datasette==0.65.5"];

/// A running Datasette; stopped when dropped.
#[derive(Debug)]
pub(super) struct Server {
    peer: Peer,
    database: String,
}

impl Server {
    /// Loads the snapshot into a file of its own and serves it, opened as what it is: a file that does not change.
    pub(super) fn start(setting: &Setting) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        setting.load(HOUSEHOLD, &format!("sqlite://{}", folder.path().display()))?;
        let file = sqlite_files::largest(folder.path())?;
        let database = file
            .file_stem()
            .and_then(|name| name.to_str())
            .ok_or("the snapshot's file has a strange name")?
            .to_owned();
        let port = ports::free();
        let mut command = Command::new(python_programs().join("datasette"));
        command
            .args(["serve", "--host", "127.0.0.1", "--port", &port.to_string()])
            .arg("--immutable")
            .arg(&file)
            .stderr(Stdio::null());
        Ok(Self {
            peer: Peer::start(&mut command, folder, port)?,
            database,
        })
    }

    /// The URL of the caller's own row, by a statement of our own: a snapshot has its keys as unique indexes, and a row
    /// is addressed in Datasette only by a primary key.
    pub(super) fn one_person(&self) -> String {
        format!(
            "{}/{}.json?sql=select+*+from+person+where+national_id=:id&id={{national_id}}&_shape=objects",
            self.peer.url(),
            self.database
        )
    }

    pub(super) fn pid(&self) -> u32 {
        self.peer.pid()
    }
}
