//! The workspace as cargo knows it: its programs, and whose sources they are built from.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::{Failure, TARGET, cargo, said};

/// A package, our own or somebody else's.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) license: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) repository: Option<String>,
    /// None is our own.
    pub(crate) source: Option<String>,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Debug, Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_root: PathBuf,
}

/// A program that gets an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Its name, which is also that of its package and its image.
    pub name: String,
    /// What it is, in one line.
    pub description: String,
    /// Its version.
    pub version: String,
    /// Its licence, as an SPDX expression.
    pub license: String,
}

/// All packages, and the programs among them.
#[derive(Debug)]
pub struct Workspace {
    root: PathBuf,
    packages: Vec<Package>,
    programs: Vec<Program>,
}

impl Workspace {
    /// Asks cargo about the workspace in this folder.
    ///
    /// # Errors
    /// With cargo's words, as where the lock file is not up to date; or where a program does not say what it is.
    pub fn read(root: &Path) -> Result<Self, Failure> {
        let text = said(cargo().current_dir(root).args([
            "metadata",
            "--locked",
            "--format-version",
            "1",
            "--filter-platform",
            TARGET,
        ]))?;
        let metadata: Metadata = serde_json::from_str(&text)?;
        let services = metadata.workspace_root.join("services");
        let mut programs = Vec::new();
        for package in &metadata.packages {
            if package.is_program_in(&services) {
                programs.push(package.program()?);
            }
        }
        programs.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(Self {
            root: metadata.workspace_root,
            packages: metadata.packages,
            programs,
        })
    }

    /// The workspace's folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Every program that is deployed, by name: those below `services/`.
    #[must_use]
    pub fn programs(&self) -> &[Program] {
        &self.programs
    }

    /// The programs of these names; all of them where none is named.
    ///
    /// # Errors
    /// Where there is no program of a name.
    pub fn named(&self, names: &[String]) -> Result<Vec<&Program>, Failure> {
        let known = || {
            let names: Vec<&str> = self.programs.iter().map(|one| one.name.as_str()).collect();
            names.join(", ")
        };
        for name in names {
            if !self.programs.iter().any(|one| one.name == *name) {
                return Err(format!(
                    "there is no program `{name}` to make an image of; there are {}",
                    known()
                )
                .into());
            }
        }
        let wanted = |one: &&Program| names.is_empty() || names.contains(&one.name);
        Ok(self.programs.iter().filter(wanted).collect())
    }

    pub(crate) fn package(&self, name: &str, version: &str) -> Result<&Package, Failure> {
        self.packages
            .iter()
            .find(|one| one.name == name && one.version == version)
            .ok_or_else(|| format!("cargo metadata does not know {name} {version}").into())
    }

    /// The package of this name, of which there is one version.
    pub(crate) fn only(&self, name: &str) -> Result<&Package, Failure> {
        let mut found = self.packages.iter().filter(|one| one.name == name);
        match (found.next(), found.next()) {
            (Some(package), None) => Ok(package),
            (None, _) => Err(format!("cargo metadata does not know {name}").into()),
            (Some(_), Some(_)) => Err(format!("there are several versions of {name}").into()),
        }
    }

    /// The folders in which others' sources lie, as cargo has unpacked them on this machine.
    pub(crate) fn folders_of_others(&self) -> BTreeSet<&Path> {
        self.packages
            .iter()
            .filter(|package| package.source.is_some())
            .filter_map(|package| package.manifest_path.parent()?.parent())
            .collect()
    }
}

impl Package {
    fn is_program_in(&self, folder: &Path) -> bool {
        let is_there = self.manifest_path.parent().and_then(Path::parent) == Some(folder);
        let is_own = |target: &Target| {
            target.name == self.name && target.kind.iter().any(|kind| kind == "bin")
        };
        is_there && self.source.is_none() && self.targets.iter().any(is_own)
    }

    fn program(&self) -> Result<Program, Failure> {
        let said = |what: &Option<String>, key: &str| {
            what.clone()
                .ok_or_else(|| format!("{} has no {key}", self.manifest_path.display()))
        };
        Ok(Program {
            name: self.name.clone(),
            description: said(&self.description, "description")?,
            version: self.version.clone(),
            license: said(&self.license, "license")?,
        })
    }
}
