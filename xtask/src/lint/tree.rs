//! The files of the repository, and the rules for their form.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::Failure;

/// No source file is longer: it would be more than one idea.
const LONGEST: usize = 500;

/// A service's `main.rs` only starts it: a reader finds the composition root in `lib.rs`.
const LONGEST_MAIN: usize = 10;

/// What people write by hand and read from top to bottom.
const SOURCES: [&str; 6] = ["rs", "cedar", "py", "sh", "js", "css"];

/// Whether the file's name ends so, after a dot.
pub(super) fn is(kind: &str, path: &str) -> bool {
    Path::new(path).extension().is_some_and(|own| own == kind)
}

/// All text files that are, or would be, checked in: path from the root → content.
#[derive(Debug, Default)]
pub(super) struct Tree(pub(super) BTreeMap<String, String>);

impl Tree {
    /// Reads what git knows and what it does not know yet but would take.
    pub(super) fn read(root: &Path) -> Result<Self, Failure> {
        let listed = Command::new("git")
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .current_dir(root)
            .output()?;
        if !listed.status.success() {
            return Err(
                format!("git ls-files: {}", String::from_utf8_lossy(&listed.stderr)).into(),
            );
        }
        let mut files = BTreeMap::new();
        for path in String::from_utf8(listed.stdout)?.split_terminator('\0') {
            // A file that is deleted but not yet staged is not there; a binary one has no lines or links.
            if let Ok(content) = fs::read(root.join(path)) {
                files.insert(
                    path.to_owned(),
                    String::from_utf8(content).unwrap_or_default(),
                );
            }
        }
        Ok(Self(files))
    }

    /// Files and folders are there alike.
    pub(super) fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let folder = format!("{path}/");
        path.is_empty()
            || self.0.contains_key(path)
            || self
                .0
                .range(folder.clone()..)
                .next()
                .is_some_and(|(name, _)| name.starts_with(&folder))
    }

    /// Files that are too long, and crates that leave the workspace's lints out.
    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (path, content) in &self.0 {
            let lines = content.lines().count();
            let limit = if path.ends_with("src/main.rs") {
                LONGEST_MAIN
            } else if SOURCES.iter().any(|kind| is(kind, path)) {
                LONGEST
            } else {
                usize::MAX
            };
            if lines > limit {
                faults.push(format!("{path} has {lines} lines, more than {limit}"));
            }
            let is_crate = path.ends_with("/Cargo.toml");
            if is_crate && !content.contains("[lints]\nworkspace = true") {
                faults.push(format!("{path} does not take the workspace's lints"));
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::Tree;

    fn tree(files: &[(&str, &str)]) -> Tree {
        Tree(
            files
                .iter()
                .map(|(path, content)| ((*path).to_owned(), (*content).to_owned()))
                .collect(),
        )
    }

    #[test]
    fn long_files_and_long_mains_are_found() {
        let long = "x\n".repeat(501);
        let faults = tree(&[
            ("a/src/main.rs", &"x\n".repeat(11)),
            ("a/src/lib.rs", &long),
            ("a/data.json", &long),
            ("b/src/main.rs", &"x\n".repeat(10)),
        ])
        .faults();
        assert_eq!(
            faults,
            [
                "a/src/lib.rs has 501 lines, more than 500",
                "a/src/main.rs has 11 lines, more than 10"
            ]
        );
    }

    #[test]
    fn a_crate_without_the_lints_is_found() {
        let faults = tree(&[
            ("a/Cargo.toml", "[package]"),
            ("b/Cargo.toml", "[lints]\nworkspace = true\n"),
        ])
        .faults();
        assert_eq!(faults, ["a/Cargo.toml does not take the workspace's lints"]);
    }

    #[test]
    fn folders_are_there_when_a_file_is_in_them() {
        let tree = tree(&[("shared/access/src/lib.rs", "")]);
        assert!(
            tree.has("shared/access")
                && tree.has("shared/access/")
                && tree.has("shared/access/src/lib.rs")
        );
        assert!(!tree.has("shared/acc"));
    }
}
