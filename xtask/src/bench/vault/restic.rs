//! restic, to one repository in a local folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::tree::Tree;
use crate::Failure;
use crate::bench::Setting;
use crate::bench::measured::Measured;
use crate::bench::rounds::{Contestant, Run};

/// A repository, made anew for every first backup.
#[derive(Debug, Clone)]
pub(super) struct Repository {
    folder: PathBuf,
}

impl Repository {
    pub(super) fn in_folder(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("restic");
        command
            .args(["--quiet", "--no-cache", "--repo"])
            .arg(&self.folder)
            .args(words)
            .env("RESTIC_PASSWORD", "not a secret");
        command
    }

    fn back_up(&self, source: &Tree, setting: &Setting) -> Result<Run, Failure> {
        let before = Tree::read(&self.folder)?.mib();
        // Relative, so that a restore needs no path of this machine; two folders count as states of one.
        let mut backup = self.command(&["backup", "--host", "bench", "."]);
        backup.current_dir(&source.folder);
        let measured = Measured::run(&mut backup, setting)?;
        let stored = Tree::read(&self.folder)?.mib() - before;
        Ok(measured.of_mib(source.mib(), Some(stored)))
    }
}

/// The first backup.
#[derive(Debug)]
pub(super) struct First(pub(super) Repository, pub(super) Tree);

impl Contestant for First {
    fn name(&self) -> &'static str {
        "restic, backup to one folder"
    }

    fn run(&mut self, setting: &Setting) -> Result<Run, Failure> {
        if self.0.folder.exists() {
            fs::remove_dir_all(&self.0.folder)?;
        }
        Measured::run(&mut self.0.command(&["init"]), setting)?;
        self.0.back_up(&self.1, setting)
    }
}

/// The next backup, with few changes.
#[derive(Debug)]
pub(super) struct Again(pub(super) Repository, pub(super) Tree);

impl Contestant for Again {
    fn name(&self) -> &'static str {
        "restic, backup of 1 % changed rows"
    }

    fn run(&mut self, setting: &Setting) -> Result<Run, Failure> {
        self.0.back_up(&self.1, setting)
    }
}

/// The restore of the first backup.
#[derive(Debug)]
pub(super) struct Restore(pub(super) Repository, pub(super) Tree);

impl Contestant for Restore {
    fn name(&self) -> &'static str {
        "restic, restore"
    }

    fn run(&mut self, setting: &Setting) -> Result<Run, Failure> {
        let target = tempfile::tempdir_in(self.0.folder.parent().ok_or("no folder")?)?;
        let mut restore = self.0.command(&["restore", "latest", "--target"]);
        restore.arg(target.path());
        let measured = Measured::run(&mut restore, setting)?;
        self.1.compare(target.path())?;
        Ok(measured.of_mib(self.1.mib(), None))
    }
}
