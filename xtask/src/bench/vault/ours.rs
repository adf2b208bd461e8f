//! `lifeboat backup run` and `lifeboat restore`.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::tree::Tree;
use crate::Failure;
use crate::bench::Setting;
use crate::bench::measured::Measured;
use crate::bench::rounds::{Contestant, Run};

/// A vault over three local folders, made anew for every first backup.
#[derive(Debug, Clone)]
pub(in super::super) struct Vault {
    folder: PathBuf,
    keys: PathBuf,
    program: PathBuf,
}

impl Vault {
    /// Makes the custodians' keys.
    pub(in super::super) fn make(setting: &Setting, work: &Path) -> Result<Self, Failure> {
        let vault = Self {
            folder: work.join("vault"),
            keys: work.join("keys"),
            program: setting.programs.join("lifeboat"),
        };
        let mut ceremony = vault.command(&["keys", "ceremony", "--custodians", "5"]);
        ceremony
            .args(["--threshold", "3", "--out"])
            .arg(&vault.keys);
        Measured::run(&mut ceremony, setting)?;
        Ok(vault)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        // Whatever lifeboat.toml lies around is not what is measured.
        command.args(words).current_dir(std::env::temp_dir());
        command
    }

    fn description(&self) -> PathBuf {
        self.folder.join("vault.toml")
    }

    fn clouds(&self) -> impl Iterator<Item = PathBuf> {
        ["a", "b", "c"]
            .map(|name| self.folder.join(name))
            .into_iter()
    }

    /// An empty vault.
    pub(in super::super) fn begin(&self, setting: &Setting) -> Result<(), Failure> {
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder)?;
        }
        let mut init = self.command(&["backup", "init", "--need", "2", "--vault"]);
        init.arg(self.description());
        for cloud in self.clouds() {
            fs::create_dir_all(&cloud)?;
            init.arg("--cloud")
                .arg(format!("file://{}", cloud.display()));
        }
        init.arg("--master").arg(self.keys.join("master.pub"));
        Measured::run(&mut init, setting)?;
        Ok(())
    }

    /// Backs up a source of so many MiB.
    pub(in super::super) fn back_up(
        &self,
        source: impl AsRef<OsStr>,
        mib: f64,
        setting: &Setting,
    ) -> Result<Run, Failure> {
        let before = self.stored()?;
        let mut run = self.command(&["backup", "run", "--vault"]);
        run.arg(self.description()).arg(source);
        let measured = Measured::run(&mut run, setting)?;
        Ok(measured.of_mib(mib, Some(self.stored()? - before)))
    }

    /// Restores the newest backup into a folder that is not there yet, or a database, while one cloud is away. A folder of its own is
    /// for what is on its way into a database.
    pub(in super::super) fn restore(
        &self,
        into: impl AsRef<OsStr>,
        setting: &Setting,
    ) -> Result<Measured, Failure> {
        let (lost, aside) = (self.folder.join("a"), self.folder.join("aside"));
        fs::rename(&lost, &aside)?;
        fs::create_dir(&lost)?;
        let mut restore = self.command(&["restore", "--vault"]);
        restore.arg(self.description());
        for custodian in [1, 2, 4] {
            restore
                .arg("--custodian")
                .arg(self.keys.join(format!("custodian-{custodian}.share")));
        }
        restore.arg("--to").arg(into);
        restore.arg("--spool").arg(self.folder.join("spool"));
        let measured = Measured::run(&mut restore, setting)?;
        fs::remove_dir(&lost)?;
        fs::rename(&aside, &lost)?;
        Ok(measured)
    }

    /// A folder for what is restored, on the clouds' own disk.
    pub(super) fn target(&self) -> Result<TempDir, Failure> {
        Ok(tempfile::tempdir_in(&self.folder)?)
    }

    fn stored(&self) -> Result<f64, Failure> {
        let mut mib = 0.0;
        for cloud in self.clouds() {
            mib += Tree::read(&cloud)?.mib();
        }
        Ok(mib)
    }
}

/// The first backup into an empty vault.
#[derive(Debug)]
pub(super) struct First(pub(super) Vault, pub(super) Tree);

impl Contestant for First {
    fn name(&self) -> &'static str {
        "lifeboat, backup to three clouds"
    }

    fn run(&mut self, setting: &Setting) -> Result<Run, Failure> {
        self.0.begin(setting)?;
        self.0.back_up(&self.1.folder, self.1.mib(), setting)
    }
}

/// The next backup, with few changes.
#[derive(Debug)]
pub(super) struct Again(pub(super) Vault, pub(super) Tree);

impl Contestant for Again {
    fn name(&self) -> &'static str {
        "lifeboat, backup of 1 % changed rows"
    }

    fn run(&mut self, setting: &Setting) -> Result<Run, Failure> {
        self.0.back_up(&self.1.folder, self.1.mib(), setting)
    }
}

/// The restore of the first backup with one cloud away.
#[derive(Debug)]
pub(super) struct Restore(pub(super) Vault, pub(super) Tree);

impl Contestant for Restore {
    fn name(&self) -> &'static str {
        "lifeboat, restore with one cloud lost"
    }

    fn run(&mut self, setting: &Setting) -> Result<Run, Failure> {
        let target = self.0.target()?;
        let into = target.path().join("restored");
        let measured = self.0.restore(&into, setting)?;
        self.1.compare(&into)?;
        Ok(measured.of_mib(self.1.mib(), None))
    }
}
