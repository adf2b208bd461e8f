//! The agencies: what they export in quiet times, until they are lost.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use test_support::process::{command, program};
use tokio::task::spawn_blocking;

use crate::Failure;

/// Runs `lifeboat` as a person would, where no configuration lies around; gives what it said.
pub(super) async fn lifeboat(arguments: Vec<String>) -> Result<String, Failure> {
    let output = spawn_blocking(move || {
        command(&program("lifeboat"))
            .args(&arguments)
            .current_dir(std::env::temp_dir())
            .stdin(Stdio::null())
            .output()
            .map(|output| (arguments, output))
    });
    let (arguments, output) = output.await??;
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        return Ok(said.into_owned());
    }
    let (line, status) = (arguments.join(" "), output.status);
    Err(format!("lifeboat {line}: {status}\n{said}").into())
}

/// The words of a command line.
pub(super) fn words(line: &str, paths: &[&Path]) -> Vec<String> {
    let mut paths = paths.iter();
    let word = |word: &str| match word {
        "PATH" => paths
            .next()
            .map_or_else(String::new, |path| path.display().to_string()),
        word => word.to_owned(),
    };
    line.split_whitespace().map(word).collect()
}

/// Puts the packages of invented agencies into the folder `to`: what the demonstration makes, restored from its clouds.
pub(super) async fn invent(people: u32, beside: &Path, to: &Path) -> Result<(), Failure> {
    let demo = beside.join("demo");
    let line = format!("demo --exit --listen 127.0.0.1:0 --people {people} --dir PATH");
    lifeboat(words(&line, &[&demo])).await?;
    let share = |number| demo.join(format!("custodians/custodian-{number}.share"));
    let vault = demo.join("backup-host/vault.toml");
    let (one, two, three) = (share(1), share(2), share(3));
    let line = "restore --vault PATH --custodian PATH --custodian PATH --custodian PATH --to PATH";
    lifeboat(words(line, &[&vault, &one, &two, &three, to])).await?;
    std::fs::remove_dir_all(demo)?;
    Ok(())
}

/// Copies packages that are somebody's own, and are never touched.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from).map_err(|error| format!("{}: {error}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// The names of the packages in a folder.
pub(super) fn packages(folder: &Path) -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path: PathBuf = entry?.path();
        if path.join("datapackage.json").is_file()
            && let Some(name) = path.file_name()
        {
            names.push(name.to_string_lossy().into_owned());
        }
    }
    names.sort();
    if names.is_empty() {
        return Err(format!("{} holds no data packages", folder.display()).into());
    }
    Ok(names)
}
