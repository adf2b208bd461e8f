//! buildah, the builder without a daemon: from a laid out folder to an archive, in a storage of its own that starts and ends empty.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::commit::Commit;
use crate::context::remove;
use crate::{Failure, PROGRAM};

/// The builder, and where it keeps what it is at.
#[derive(Debug)]
pub struct Builder {
    storage: PathBuf,
}

impl Builder {
    /// A builder whose storage is this folder. What was in it is removed.
    ///
    /// # Errors
    /// Where it cannot be removed.
    pub fn new(storage: PathBuf) -> Result<Self, Failure> {
        remove(&storage)?;
        Ok(Self { storage })
    }

    /// Builds the folder that [`crate::context::stage`] laid out.
    #[must_use]
    pub fn build(&self, context: &Path, name: &str, commit: &Commit) -> Command {
        let mut command = self.buildah();
        command
            // Nothing is run in the image; where we are root in a container ourselves, nothing else would work.
            .args(["bud", "--isolation", "chroot"])
            .args(["--format", "oci", "--no-cache", "--pull-never", "--quiet"])
            // Neither the builder's version nor the time of building is in the image.
            .args(["--identity-label=false", "--timestamp"])
            .arg(commit.seconds.to_string())
            .args(["--tag", name, "--file"])
            .arg(context.join("Containerfile"))
            .arg(context);
        command
    }

    /// Writes a built image as an OCI archive.
    #[must_use]
    pub fn write(&self, name: &str, archive: &Path) -> Command {
        let mut command = self.buildah();
        command
            .args(["push", "--quiet", "--format", "oci", name])
            .arg(format!("oci-archive:{}:{name}", archive.display()));
        command
    }

    /// Removes what the builder keeps.
    ///
    /// # Errors
    /// Where it cannot be removed.
    pub fn clear(self) -> Result<(), Failure> {
        remove(&self.storage)
    }

    fn buildah(&self) -> Command {
        let mut command = Command::new("buildah");
        command.args(["--storage-driver", "vfs", "--root"]);
        command.arg(self.storage.join("root"));
        command.arg("--runroot").arg(self.storage.join("run"));
        command
    }
}

/// Copies an archive to its registry, byte for byte, so that the digest stays.
#[must_use]
pub fn push(archive: &Path, name: &str) -> Command {
    let mut command = Command::new("skopeo");
    command
        .args(["copy", "--quiet", "--preserve-digests"])
        .arg(format!("oci-archive:{}", archive.display()))
        .arg(format!("docker://{name}"));
    command
}

/// What starts in the image.
pub(crate) fn entry_point() -> Vec<String> {
    vec![format!("/{PROGRAM}")]
}
