//! What the project is built from: allowed, and used.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use semver::Version;
use serde::Deserialize;

use super::rules::Rules;
use super::tree::{Tree, is};
use crate::commands::cargo;
use crate::{Failure, root};

#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    version: Version,
    license: Option<String>,
    source: Option<String>,
    manifest_path: String,
    dependencies: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    name: String,
    rename: Option<String>,
}

/// Packages that `deny.toml` forbids, and dependencies that nobody uses; packages in several versions are only named.
pub(super) async fn faults(tree: &Tree) -> Result<Vec<String>, Failure> {
    let deny = tree.0.get("deny.toml").ok_or("there is no deny.toml")?;
    let rules = Rules::parse(deny)?;
    let output = cargo(&["metadata", "--format-version", "1", "--locked"])
        .output()
        .await?;
    if !output.status.success() {
        return Err(format!(
            "cargo metadata: {}",
            String::from_utf8_lossy(&output.stderr)
        )
        .into());
    }
    let mut metadata: Metadata = serde_json::from_slice(&output.stdout)?;
    let built = built().await?;
    metadata.packages.retain(|package| {
        package.source.is_none()
            || built.contains(&format!("{} v{}", package.name, package.version))
    });

    let mut faults = Vec::new();
    for package in &metadata.packages {
        match &package.source {
            Some(source) => {
                let license = package.license.as_deref().unwrap_or_default();
                faults.extend(rules.faults(&package.name, &package.version, license, source));
            }
            None => faults.extend(unused(package, tree)),
        }
    }
    eprintln!(
        "packages in several versions: {}",
        several_versions(&metadata.packages)
    );
    Ok(faults)
}

/// What is built on any machine, as `name vVERSION`. The lock file also names packages behind features that nobody switches on.
async fn built() -> Result<BTreeSet<String>, Failure> {
    let output = cargo(&["tree", "--workspace", "--locked", "--target", "all"])
        .args(["--edges", "all", "--prefix", "none", "--format", "{p}"])
        .output()
        .await?;
    if !output.status.success() {
        return Err(format!("cargo tree: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let words = |line: &str| {
        let mut words = line.split(' ');
        Some(format!("{} {}", words.next()?, words.next()?))
    };
    let tree = String::from_utf8(output.stdout)?;
    Ok(tree.lines().filter_map(words).collect())
}

/// Dependencies of our own package whose name no source file of it mentions.
fn unused(package: &Package, tree: &Tree) -> Vec<String> {
    let manifest = Path::new(&package.manifest_path);
    let folder = manifest
        .parent()
        .and_then(|folder| folder.strip_prefix(root()).ok());
    let folder = format!("{}/", folder.unwrap_or(manifest).display());
    let sources: Vec<&str> = tree
        .0
        .iter()
        .filter(|(path, _)| path.starts_with(&folder) && is("rs", path))
        .map(|(_, content)| content.as_str())
        .collect();
    let names: BTreeSet<String> = package
        .dependencies
        .iter()
        .map(|dependency| {
            dependency
                .rename
                .as_ref()
                .unwrap_or(&dependency.name)
                .replace('-', "_")
        })
        .collect();
    names
        .into_iter()
        .filter(|name| !sources.iter().any(|source| mentions(source, name)))
        .map(|name| format!("{folder}Cargo.toml depends on {name} and does not use it"))
        .collect()
}

/// Whether the word is there, and not only as a part of another.
fn mentions(source: &str, word: &str) -> bool {
    let part = |letter: char| letter.is_alphanumeric() || letter == '_';
    source.match_indices(word).any(|(at, _)| {
        !source[..at].ends_with(part) && !source[at + word.len()..].starts_with(part)
    })
}

fn several_versions(packages: &[Package]) -> String {
    let mut versions: BTreeMap<&str, BTreeSet<&Version>> = BTreeMap::new();
    for package in packages {
        versions
            .entry(&package.name)
            .or_default()
            .insert(&package.version);
    }
    let several = versions.iter().filter(|(_, versions)| versions.len() > 1);
    let words = several.map(|(name, versions)| {
        let versions: Vec<String> = versions.iter().copied().map(Version::to_string).collect();
        format!("{name} ({})", versions.join(", "))
    });
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::mentions;

    #[test]
    fn a_dependency_is_used_when_its_whole_name_is_mentioned() {
        assert!(mentions("use serde::Deserialize;", "serde"));
        assert!(!mentions("use serde_json::Value;", "serde"));
        assert!(mentions("serde_json::from_str(my_serde)", "serde_json"));
        assert!(!mentions("let my_serde = 1;", "serde"));
    }
}
