//! The files of a folder, and how much they weigh.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Failure;

/// A folder of files.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    pub(super) folder: PathBuf,
    /// Relative to the folder, in order.
    pub(super) files: Vec<PathBuf>,
    bytes: u64,
}

impl Tree {
    /// Looks at a folder.
    pub(super) fn read(folder: &Path) -> Result<Self, Failure> {
        let mut tree = Self {
            folder: folder.canonicalize()?,
            files: Vec::new(),
            bytes: 0,
        };
        let mut folders = vec![tree.folder.clone()];
        while let Some(next) = folders.pop() {
            for entry in fs::read_dir(next)? {
                let entry = entry?;
                let about = entry.metadata()?;
                if about.is_dir() {
                    folders.push(entry.path());
                } else {
                    tree.bytes += about.len();
                    tree.files
                        .push(entry.path().strip_prefix(&tree.folder)?.to_owned());
                }
            }
        }
        tree.files.sort();
        Ok(tree)
    }

    /// Weight in MiB.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a figure of a bench is not counted to the last byte"
    )]
    pub(super) fn mib(&self) -> f64 {
        self.bytes as f64 / f64::from(1 << 20)
    }

    /// Compares with what was restored, byte for byte.
    ///
    /// # Errors
    /// Where a file is missing or differs.
    pub(super) fn compare(&self, restored: &Path) -> Result<(), Failure> {
        for file in &self.files {
            let same = std::process::Command::new("cmp")
                .arg("--silent")
                .arg(self.folder.join(file))
                .arg(restored.join(file))
                .status()?;
            if !same.success() {
                return Err(format!("{} was not restored as it was", file.display()).into());
            }
        }
        Ok(())
    }
}
