//! A folder for what all tests of one run share.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use uuid::Uuid;

/// Removes the folder once its standard input ends, with the process that holds the other end.
const REMOVE_AFTERWARDS: &str = r#"read -r _; rm -rf -- "$0""#;

/// A folder that no other run has, removed when this process ends, however it ends: values of a `static` are never
/// dropped, and a killed run drops nothing.
#[derive(Debug)]
pub struct OfThisRun {
    path: PathBuf,
    _remover: Child,
}

impl OfThisRun {
    /// Makes one inside `parent`.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn make(parent: &Path) -> Self {
        let path = parent.join(Uuid::new_v4().simple().to_string());
        fs::create_dir_all(&path)
            .unwrap_or_else(|error| panic!("cannot make {}: {error}", path.display()));
        let remover = Command::new("/bin/sh")
            .args(["-c", REMOVE_AFTERWARDS])
            .arg(&path)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Ctrl-C ends the run, not its cleaning up.
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("nobody would remove {}: {error}", path.display()));
        Self {
            path,
            _remover: remover,
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::OfThisRun;

    #[test]
    fn two_runs_never_share_a_folder_and_each_goes_with_its_run() {
        let parent = tempfile::tempdir().unwrap();
        let runs = [(); 2].map(|()| OfThisRun::make(parent.path()));
        assert_ne!(runs[0].path(), runs[1].path());
        for run in &runs {
            std::fs::write(run.path().join("file"), "kept while it runs").unwrap();
        }
        // The pipe closes, as at the end of the process.
        drop(runs);
        let deadline = Instant::now() + Duration::from_secs(10);
        while parent.path().read_dir().unwrap().next().is_some() {
            assert!(Instant::now() < deadline, "a folder is left");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
