//! A PostgreSQL of one's own, to be stopped and killed.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tempfile::TempDir;
use uuid::Uuid;

use super::psql;
use crate::child::Guarded;
use crate::ports;
use crate::server_user::ServerUser;

/// How long a server may take until it answers.
const PATIENCE: Duration = Duration::from_mins(1);

/// For tests: many connections, and no waiting for the disk. A killed server still keeps what it acknowledged, because
/// it hands it to the operating system, which lives on; only a power cut would lose it.
const FOR_TESTS: [(&str, &str); 4] = [
    ("max_connections", "400"),
    ("fsync", "off"),
    ("full_page_writes", "off"),
    ("shared_buffers", "128MB"),
];

/// A PostgreSQL server in its own temporary folder on a free port of loopback; stopped and removed when dropped.
#[derive(Debug)]
pub struct Server {
    // Declared first: it is dropped, and the process gone, before its folder is.
    process: Option<Guarded>,
    folder: TempDir,
    port: u16,
    url: String,
    settings: Vec<(String, String)>,
    user: ServerUser,
}

impl Server {
    /// A server tuned for tests.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(&FOR_TESTS)
    }

    /// A server with these settings of `postgresql.conf` and otherwise PostgreSQL's own: it is durable unless told.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start.
    #[must_use]
    pub fn start_with(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("lifeboat-postgres-")
            .tempdir()
            .unwrap_or_else(|error| panic!("no temporary folder: {error}"));
        let user = ServerUser::find();
        user.owns(folder.path());
        let port = ports::free();
        let password = Uuid::new_v4().simple().to_string();
        initialise(folder.path(), user, &password);
        let mut server = Self {
            process: None,
            url: format!("postgres://postgres:{password}@127.0.0.1:{port}/postgres"),
            folder,
            port,
            settings: settings
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            user,
        };
        server.start_again();
        server
    }

    /// The URL of the superuser on the database `postgres`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The port of loopback, also while the server is stopped.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process id of the postmaster, whose children are the connections; none while stopped.
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

    /// Starts it again on the same port with the same data, and waits until it answers.
    ///
    /// # Panics
    /// When it does not answer within a minute.
    pub fn start_again(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            self.spawn();
            while Instant::now() < deadline
                && self.process.as_mut().is_some_and(|p| p.ended().is_none())
            {
                if psql(&self.url, "SELECT 1").is_ok() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
            // After a kill, connections of the killed server may hold its memory for a moment: it is tried again.
            std::thread::sleep(Duration::from_millis(200));
        }
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        panic!("PostgreSQL does not answer on port {}:\n{log}", self.port);
    }

    fn spawn(&mut self) {
        let mut command = Command::new(program("postgres"));
        command
            .arg("-D")
            .arg(self.folder.path().join("data"))
            .args(["-h", "127.0.0.1", "-p", &self.port.to_string()])
            .args(["-c", "unix_socket_directories="]);
        for (name, value) in &self.settings {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        let log = File::options().create(true).append(true).open(self.log());
        let log = log.unwrap_or_else(|error| panic!("no log for PostgreSQL: {error}"));
        command
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        self.user.runs(&mut command);
        // SIGINT is PostgreSQL's "fast shutdown": SIGTERM would wait for every client to leave.
        self.process = Some(Guarded::start(&mut command, Signal::INT));
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}

fn initialise(folder: &Path, user: ServerUser, password: &str) {
    let password_file = folder.join("password");
    fs::write(&password_file, password).unwrap_or_else(|error| panic!("no password file: {error}"));
    user.owns(&password_file);
    let mut command = Command::new(program("initdb"));
    command
        .arg("-D")
        .arg(folder.join("data"))
        .args(["--username=postgres", "--auth=scram-sha-256"])
        .args(["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"])
        .arg(format!("--pwfile={}", password_file.display()))
        .current_dir(folder)
        .stdin(Stdio::null());
    user.runs(&mut command);
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("cannot run initdb: {error}: {}", crate::RUN_INSTEAD));
    assert!(
        output.status.success(),
        "initdb failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Where a program of PostgreSQL is: the newest version under `/usr/lib/postgresql` (Debian keeps the server there),
/// otherwise the one on the path.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let newest = versions
        .filter_map(|entry| {
            let folder = entry.ok()?.path();
            let version: u32 = folder.file_name()?.to_str()?.parse().ok()?;
            let file = folder.join("bin").join(name);
            file.is_file().then_some((version, file))
        })
        .max();
    newest.map_or_else(|| PathBuf::from(name), |(_, file)| file)
}
