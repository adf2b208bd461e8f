//! Programs from the Python package index, each set of them in an environment of its own.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::Failure;
use crate::commands::run;
use crate::interrupt::Interrupt;
use crate::parts::Part;

/// What makes environments. Debian has Python itself without it.
pub(crate) const VENV: Part = Part::proved("python3", "python3-venv", &["-c", "import ensurepip"]);

/// A Python environment with these packages; gives the folder of its programs.
pub(crate) async fn environment(
    folder: &Path,
    packages: &[&str],
    interrupt: &mut Interrupt,
) -> Result<PathBuf, Failure> {
    let programs = folder.join("bin");
    if !is_installed(folder, packages) {
        let mut make = Command::new("python3");
        make.args(["-m", "venv", "--clear"]).arg(folder);
        run(&mut make, interrupt).await?;
        let mut install = Command::new(programs.join("pip"));
        install
            .args(["install", "--quiet", "--disable-pip-version-check"])
            .args(packages);
        run(&mut install, interrupt).await?;
        remember(folder, packages)?;
    }
    Ok(programs)
}

/// Whether exactly these were installed, to the end.
pub(crate) fn is_installed(folder: &Path, packages: &[&str]) -> bool {
    std::fs::read_to_string(folder.join("installed"))
        .is_ok_and(|installed| installed == packages.join("\n"))
}

pub(crate) fn remember(folder: &Path, packages: &[&str]) -> Result<(), Failure> {
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
