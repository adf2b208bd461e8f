//! pgBackRest, to one encrypted repository in a local folder.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::rc::Rc;
use std::time::Instant;

use tempfile::TempDir;
use test_support::postgres::psql;

use super::postgres::{AFTERWARDS, Source};
use super::tree::Tree;
use crate::Failure;
use crate::bench::Setting;
use crate::bench::measured::Measured;
use crate::bench::rounds::{Contestant, Run};

/// What it calls the cluster.
const STANZA: &str = "--stanza=bench";

/// A repository, made anew for every first backup. It belongs to the server's user, as the server itself writes its log into it.
#[derive(Debug, Clone)]
pub(super) struct Repository {
    folder: Rc<TempDir>,
    source: Rc<Source>,
}

impl Repository {
    /// Describes the repository, and has the server archive into it from now on.
    pub(super) fn make(source: &Rc<Source>) -> Result<Self, Failure> {
        let made = Self {
            folder: Rc::new(tempfile::tempdir()?),
            source: Rc::clone(source),
        };
        let server = &source.server;
        server.owns(made.folder.path());
        for name in ["lock", "log", "spool", "repository"] {
            let folder = made.folder.path().join(name);
            fs::create_dir(&folder)?;
            server.owns(&folder);
        }
        fs::write(made.settings(), made.text())?;
        server.owns(&made.settings());
        let archive = format!(
            "ALTER SYSTEM SET archive_command = 'pgbackrest --config={} {STANZA} archive-push %p'",
            made.settings().display()
        );
        psql(server.url(), &archive)?;
        Ok(made)
    }

    fn settings(&self) -> PathBuf {
        self.folder.path().join("pgbackrest.conf")
    }

    /// Encrypted and compressed as the vault is, with as many processes as there are cores here.
    fn text(&self) -> String {
        let folder = self.folder.path().display();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let server = &self.source.server;
        format!(
            "[global]\nrepo1-path={folder}/repository\nrepo1-cipher-type=aes-256-cbc\nrepo1-cipher-pass=not a secret\n\
             repo1-retention-full=1\ncompress-type=zst\nprocess-max={cores}\nstart-fast=y\n\
             lock-path={folder}/lock\nlog-path={folder}/log\nspool-path={folder}/spool\nlog-level-console=error\n\
             log-level-file=off\n\
             [bench]\npg1-path={}\npg1-port={}\npg1-user=postgres\n",
            server.cluster().display(),
            server.port()
        )
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("pgbackrest");
        command
            .arg(format!("--config={}", self.settings().display()))
            .arg(STANZA)
            .args(words)
            .current_dir(self.folder.path())
            .env("PGHOST", "127.0.0.1")
            .env("PGPASSWORD", self.source.server.password());
        self.source.server.runs(&mut command);
        command
    }

    /// An empty repository; the server begins to archive into it.
    fn begin(&self, setting: &Setting) -> Result<(), Failure> {
        let repository = self.folder.path().join("repository");
        fs::remove_dir_all(&repository)?;
        fs::create_dir(&repository)?;
        self.source.server.owns(&repository);
        Measured::run(&mut self.command(&["stanza-create"]), setting)?;
        psql(self.source.server.url(), "SELECT pg_reload_conf()")?;
        Measured::run(&mut self.command(&["check"]), setting)?;
        Ok(())
    }

    /// Without the archived log.
    fn stored(&self) -> Result<f64, Failure> {
        Ok(Tree::read(&self.folder.path().join("repository/backup"))?.mib())
    }
}

/// The first backup.
#[derive(Debug)]
pub(super) struct First(pub(super) Repository);

impl Contestant for First {
    fn name(&self) -> &'static str {
        "pgBackRest, backup to one folder"
    }

    fn run(&mut self, setting: &Setting) -> Result<Run, Failure> {
        self.0.begin(setting)?;
        let before = self.0.stored()?;
        let measured = Measured::run(&mut self.0.command(&["backup", "--type=full"]), setting)?;
        let stored = self.0.stored()? - before;
        // Its processes are several.
        Ok(measured.of_others(self.0.source.mib, Some(stored)))
    }
}

/// The restore of the first backup into another cluster, and its start.
#[derive(Debug)]
pub(super) struct Restore(pub(super) Repository);

impl Contestant for Restore {
    fn name(&self) -> &'static str {
        "pgBackRest, restore and start"
    }

    fn run(&mut self, setting: &Setting) -> Result<Run, Failure> {
        let source = &self.0.source;
        let begun = Instant::now();
        let server = source.server.on_files(&AFTERWARDS, |cluster| {
            let path = format!("--pg1-path={}", cluster.display());
            let mut restore = self.0.command(&["restore", "--type=immediate"]);
            restore.args(["--target-action=promote", &path]);
            Measured::run(&mut restore, setting)
        });
        let (server, restored) = server?;
        source.answers_at(server.url())?;
        let measured = Measured {
            wall: begun.elapsed(),
            ..restored
        };
        Ok(measured.of_others(source.mib, None))
    }
}
