//! The lock file: which bytes of every package were agreed on.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::Failure;
use crate::dependencies::Name;

#[derive(Debug, Deserialize)]
struct File {
    package: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    version: String,
    checksum: Option<String>,
}

/// SHA-256 of every package that others published, as lower-case hexadecimal digits.
#[derive(Debug)]
pub(crate) struct Lock(BTreeMap<Name, String>);

impl Lock {
    pub(crate) fn read(root: &Path) -> Result<Self, Failure> {
        let path = root.join("Cargo.lock");
        let text = std::fs::read_to_string(&path)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        let file: File =
            toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        let known = file.package.into_iter().filter_map(|package| {
            let Package {
                name,
                version,
                checksum,
            } = package;
            Some((Name { name, version }, checksum?))
        });
        Ok(Self(known.collect()))
    }

    pub(crate) fn checksum(&self, package: &Name) -> Option<&str> {
        self.0.get(package).map(String::as_str)
    }
}
