//! Vaults for tests, by the operator's commands.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;
use test_support::clouds::{self, BUCKET, Emulated};
use uuid::Uuid;

use super::world::lifeboat;

/// A ceremony and a vault, in a folder of their own.
pub(crate) struct Vault {
    folder: TempDir,
}

impl Vault {
    /// A vault over these clouds, any two of which are enough.
    fn made(folder: TempDir, clouds: &[String], more: &[String]) -> Self {
        let vault = Self { folder };
        let keys = vault.path("keys");
        done(&[
            "keys",
            "ceremony",
            "--custodians",
            "5",
            "--threshold",
            "3",
            "--out",
            &keys,
        ]);
        let (file, master) = (vault.path("vault.toml"), vault.path("keys/master.pub"));
        let mut init = vec![
            "backup", "init", "--vault", &file, "--need", "2", "--master", &master,
        ];
        for cloud in clouds {
            init.extend(["--cloud", cloud]);
        }
        init.extend(more.iter().map(String::as_str));
        done(&init);
        vault
    }

    /// Over three folders.
    pub(crate) fn in_folders() -> (Self, [PathBuf; 3]) {
        let place = tempfile::tempdir().unwrap();
        let folders = ["a", "b", "c"].map(|name| place.path().join(name));
        for folder in &folders {
            fs::create_dir(folder).unwrap();
        }
        let urls = folders
            .each_ref()
            .map(|folder| format!("file://{}", folder.display()));
        (Self::made(place, &urls, &[]), folders)
    }

    /// Over clouds of three providers at once, named amber (S3), birch (Azure) and cedar (Google).
    pub(crate) fn of_three_providers() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: String| {
            let file = folder.path().join(name);
            fs::write(&file, text).unwrap();
            format!("{name}={}", file.display())
        };
        let (s3, azure, google) = (clouds::s3(), clouds::azure(), clouds::google());
        let own = Uuid::new_v4().simple();
        let at = |name: &str, cloud: &Emulated| format!("{name}={}", cloud.endpoint);
        let more = [
            "--credentials".to_owned(),
            write(
                "amber",
                format!(
                    "access_key_id = {:?}\nsecret_access_key = {:?}\n",
                    s3.user, s3.secret
                ),
            ),
            "--credentials".to_owned(),
            write(
                "birch",
                format!(
                    "account = {:?}\naccess_key = {:?}\n",
                    azure.user, azure.secret
                ),
            ),
            "--credentials".to_owned(),
            write("cedar", "token = \"anything\"\n".to_owned()),
            "--endpoint".to_owned(),
            at("amber", &s3),
            "--endpoint".to_owned(),
            at("birch", &azure),
            "--endpoint".to_owned(),
            at("cedar", &google),
        ];
        let urls = [("amber", "s3"), ("birch", "az"), ("cedar", "gs")]
            .map(|(name, scheme)| format!("{name}={scheme}://{BUCKET}/whole/{own}"));
        Self::made(folder, &urls, &more)
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    pub(crate) fn back_up(&self, source: &Path) {
        self.back_up_from(source.to_str().unwrap());
    }

    pub(crate) fn back_up_from(&self, source: &str) {
        done(&["backup", "run", "--vault", &self.path("vault.toml"), source]);
    }

    pub(crate) fn restore(&self, custodians: &[u8], to: &str) -> Output {
        self.restore_with(custodians, &["--to", to])
    }

    pub(crate) fn restore_with(&self, custodians: &[u8], more: &[&str]) -> Output {
        let shares: Vec<String> = custodians
            .iter()
            .map(|custodian| self.path(&format!("keys/custodian-{custodian}.share")))
            .collect();
        let file = self.path("vault.toml");
        let mut restore = vec!["restore", "--vault", &file];
        restore.extend(more);
        for share in &shares {
            restore.extend(["--custodian", share]);
        }
        lifeboat(&restore)
    }
}

pub(crate) fn done(arguments: &[&str]) -> Output {
    let output = lifeboat(arguments);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    output
}

/// Whether two folders hold the same, byte for byte.
pub(crate) fn is_the_same(one: &Path, other: &str) -> bool {
    let compared = Command::new("diff").arg("-r").arg(one).arg(other).output();
    compared.unwrap().status.success()
}
