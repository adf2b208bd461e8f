//! The commit that is built: its hash, and its time, which is the only time in an image.

use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::{Failure, said};

/// The commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its hash; with `-modified` where files differ from it.
    pub revision: String,
    /// When it was made, in seconds since 1970.
    pub seconds: u64,
    /// The same, as RFC 3339 writes it, in UTC.
    pub created: String,
    /// Where others get the source, where the repository was cloned from a public kind of URL.
    pub source: Option<String>,
}

impl Commit {
    /// Asks git about the repository in this folder.
    ///
    /// # Errors
    /// With git's words, as where the folder is no repository.
    pub fn read(root: &Path) -> Result<Self, Failure> {
        let git = |arguments: &[&str]| {
            let mut command = std::process::Command::new("git");
            command.current_dir(root).env("TZ", "UTC").args(arguments);
            said(&mut command).map(|text| text.trim().to_owned())
        };
        let shown = git(&[
            "log",
            "-1",
            "--date=format-local:%Y-%m-%dT%H:%M:%SZ",
            "--format=%H %ct %cd",
        ])?;
        let [revision, seconds, created] = shown.split(' ').collect::<Vec<_>>()[..] else {
            return Err(format!("git log: `{shown}` is not understood").into());
        };
        let is_modified = !git(&["status", "--porcelain"])?.is_empty();
        // Without a remote, git fails: then the source is not known.
        let origin = git(&["remote", "get-url", "origin"]).ok();
        Ok(Self {
            revision: revision.to_owned() + if is_modified { "-modified" } else { "" },
            seconds: seconds.parse()?,
            created: created.to_owned(),
            source: origin.as_deref().and_then(public),
        })
    }

    /// The time of every file in an image.
    #[must_use]
    pub fn time(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.seconds)
    }

    /// Whether files differ from the commit, so that its hash alone does not say what was built.
    #[must_use]
    pub fn is_modified(&self) -> bool {
        self.revision.ends_with("-modified")
    }
}

/// A URL that means something elsewhere, without the name and password that it may hold. A folder means nothing elsewhere.
fn public(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    if !["https", "http", "ssh", "git"].contains(&scheme) {
        return None;
    }
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.rsplit('@').next().unwrap_or(host);
    Some(format!("{scheme}://{host}/{path}"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;

    use super::{Commit, public};

    fn git(folder: &Path, arguments: &[&str]) {
        let done = Command::new("git")
            .current_dir(folder)
            .args(["-c", "user.name=A", "-c", "user.email=a@example.org"])
            .args(arguments)
            .env("GIT_COMMITTER_DATE", "2026-11-30T08:00:00+08:00")
            .output()
            .unwrap();
        assert!(done.status.success(), "{done:?}");
    }

    #[test]
    fn the_time_is_the_commit_s_in_utc_and_a_change_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        assert!(Commit::read(at).is_err());
        git(at, &["init", "--quiet"]);
        std::fs::write(at.join("a"), "1").unwrap();
        git(at, &["add", "a"]);
        git(at, &["commit", "--quiet", "-m", "a"]);
        let clean = Commit::read(at).unwrap();
        assert_eq!(clean.created, "2026-11-30T00:00:00Z");
        assert_eq!(clean.seconds, 1_795_996_800);
        assert!(clean.revision.len() == 40 && !clean.is_modified());
        assert_eq!(clean.source, None);

        std::fs::write(at.join("a"), "2").unwrap();
        let changed = Commit::read(at).unwrap();
        assert_eq!(changed.revision, format!("{}-modified", clean.revision));
        assert!(changed.is_modified());
    }

    #[test]
    fn no_password_and_no_folder_gets_into_a_label() {
        let url = public("https://name:secret@git.example/gov/lifeboat.git");
        assert_eq!(url.unwrap(), "https://git.example/gov/lifeboat.git");
        let url = public("ssh://git@git.example:2222/lifeboat");
        assert_eq!(url.unwrap(), "ssh://git.example:2222/lifeboat");
        assert_eq!(public("/srv/lifeboat"), None);
        assert_eq!(public("file:///srv/lifeboat"), None);
    }
}
