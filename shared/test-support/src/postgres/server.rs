//! A PostgreSQL of one's own, to be stopped and killed.

use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
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

/// The cluster, in the server's folder.
const CLUSTER: &str = "data";

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
        Self::run(Postgres::new(password, settings, user), folder)
    }

    /// Another server, with this one's password, on the cluster that `fill` puts into the folder it is given; and what `fill` gave.
    ///
    /// # Errors
    /// Those of `fill`.
    ///
    /// # Panics
    /// When PostgreSQL does not start on it.
    pub fn on_files<T, E>(
        &self,
        settings: &[(&str, &str)],
        fill: impl FnOnce(&Path) -> Result<T, E>,
    ) -> Result<(Self, T), E> {
        let own = self.program();
        let folder = server::folder("postgres");
        own.user.owns(folder.path());
        let cluster = folder.path().join(CLUSTER);
        // PostgreSQL takes no cluster that others may look into.
        let made = fs::DirBuilder::new().mode(0o700).create(&cluster);
        made.unwrap_or_else(|error| panic!("no folder for a cluster: {error}"));
        own.user.owns(&cluster);
        let filled = fill(&cluster)?;
        let postgres = Postgres::new(own.password.clone(), settings, own.user);
        Ok((Self::run(postgres, folder), filled))
    }

    /// A streaming replica of this server, with its settings and password; it answers reads, and follows as long as both run.
    ///
    /// # Panics
    /// When it cannot be made or does not start.
    #[must_use]
    pub fn replica(&self) -> Self {
        let own = self.program();
        let settings: Vec<(&str, &str)> = own
            .settings
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let copy = |cluster: &Path| copy_and_follow(self.url(), cluster, own.user);
        let copied = self.on_files(&settings, copy);
        copied.map_or_else(
            |said: String| panic!("no replica: {said}"),
            |(made, ())| made,
        )
    }

    /// The files of the cluster.
    #[must_use]
    pub fn cluster(&self) -> PathBuf {
        self.files().join(CLUSTER)
    }

    /// The superuser's password.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.program().password
    }

    /// Makes the command run as the server's own user, who alone reads its files.
    pub fn runs(&self, command: &mut Command) {
        self.program().user.runs(command);
    }

    /// Gives a file or folder to the server's own user.
    ///
    /// # Panics
    /// When that is not allowed.
    pub fn owns(&self, path: &Path) {
        self.program().user.owns(path);
    }
}

impl Postgres {
    fn new(password: String, settings: &[(&str, &str)], user: ServerUser) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self {
            password,
            settings: settings.iter().map(owned).collect(),
            user,
        }
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
            .arg(folder.join(CLUSTER))
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

/// Copies a running cluster, and writes down whom the copy follows.
fn copy_and_follow(url: &str, cluster: &Path, user: ServerUser) -> Result<(), String> {
    let mut command = Command::new(program("pg_basebackup"));
    command
        .args(["--write-recovery-conf", "--wal-method=stream"])
        .args(["--checkpoint=fast", "--no-sync", "--dbname", url])
        .arg("--pgdata")
        .arg(cluster)
        .current_dir(cluster)
        .stdin(Stdio::null());
    user.runs(&mut command);
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

fn initialise(folder: &Path, user: ServerUser, password: &str) {
    let password_file = folder.join("password");
    fs::write(&password_file, password).unwrap_or_else(|error| panic!("no password file: {error}"));
    user.owns(&password_file);
    let mut command = Command::new(program("initdb"));
    command
        .arg("-D")
        .arg(folder.join(CLUSTER))
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
