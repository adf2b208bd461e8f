//! Datasette over a snapshot in SQLite: one person by key, as JSON, asking nobody who they are.

use std::process::{Command, Stdio};

use tempfile::TempDir;
use test_support::child::{Guarded, Signal};
use test_support::ports;

use super::super::measured::Measured;
use super::super::{Setting, python_programs, sqlite_files};
use crate::Failure;

/// From the Python package index.
pub(in super::super) const PACKAGES: [&str; 1] = ["datasette==0.65.5"];

/// A running Datasette; stopped when dropped.
#[derive(Debug)]
pub(super) struct Server {
    process: Guarded,
    _folder: TempDir,
    port: u16,
    database: String,
}

impl Server {
    /// Loads the snapshot into a file of its own and serves it, opened as what it is: a file that does not change.
    pub(super) fn start(setting: &Setting) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let mut load = Command::new(setting.programs.join("lifeboat"));
        load.args(["snapshot", "load", "--system", "household", "--database"])
            .arg(format!("sqlite://{}", folder.path().display()))
            .arg(setting.snapshots.join("household"))
            .current_dir(folder.path());
        Measured::run(&mut load, setting)?;
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
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let process = Guarded::start(&mut command, Signal::TERM);
        ports::wait_open(port)?;
        Ok(Self {
            process,
            _folder: folder,
            port,
            database,
        })
    }

    /// The URL of the caller's own row, by a statement of our own: a snapshot has its keys as unique indexes, and a row
    /// is addressed in Datasette only by a primary key.
    pub(super) fn one_person(&self) -> String {
        format!(
            "http://127.0.0.1:{}/{}.json?sql=select+*+from+person+where+national_id=:id&id={{national_id}}&_shape=objects",
            self.port, self.database
        )
    }

    pub(super) fn pid(&self) -> u32 {
        self.process.pid()
    }
}
