//! A PostgreSQL of one's own, to be stopped and killed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::Signal;
use uuid::Uuid;

use super::psql;
use crate::server::{self, Program};
use crate::server_user::ServerUser;

/// For tests: many connections, and no waiting for the disk. A killed server still keeps what it acknowledged, because
/// it hands it to the operating system, which lives on; only a power cut would lose it.
const FOR_TESTS: [(&str, &str); 4] = [
    ("max_connections", "400"),
    ("fsync", "off"),
    ("full_page_writes", "off"),
    ("shared_buffers", "128MB"),
];

/// PostgreSQL as a test runs it.
#[derive(Debug)]
pub struct Postgres {
    password: String,
    settings: Vec<(String, String)>,
    user: ServerUser,
}

/// A PostgreSQL of one's own; its URL is the superuser's, on the database `postgres`.
pub type Server = crate::server::Server<Postgres>;

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
        let folder = server::folder("postgres");
        let user = ServerUser::find();
        user.owns(folder.path());
        let password = Uuid::new_v4().simple().to_string();
        initialise(folder.path(), user, &password);
        let settings = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let postgres = Postgres {
            password,
            settings,
            user,
        };
        Self::run(postgres, folder)
    }
}

impl Program for Postgres {
    const NAME: &str = "PostgreSQL";
    /// PostgreSQL's "fast shutdown": SIGTERM would wait for every client to leave.
    const FAREWELL: Signal = Signal::INT;

    fn command(&self, folder: &Path, port: u16) -> Command {
        let mut command = Command::new(program("postgres"));
        command
            .arg("-D")
            .arg(folder.join("data"))
            .args(["-h", "127.0.0.1", "-p", &port.to_string()])
            .args(["-c", "unix_socket_directories="]);
        for (name, value) in &self.settings {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        self.user.runs(&mut command);
        command
    }

    fn url(&self, port: u16) -> String {
        let password = &self.password;
        format!("postgres://postgres:{password}@127.0.0.1:{port}/postgres")
    }

    fn answers(&self, port: u16) -> bool {
        psql(&self.url(port), "SELECT 1").is_ok()
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
