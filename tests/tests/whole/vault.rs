//! Backups by the operator's commands: over clouds of three providers at once, with losses, and read by the second decoder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;
use test_support::clouds::{self, BUCKET, Emulated};
use test_support::process::{command, program};
use uuid::Uuid;

use super::world::{lifeboat, packages};

/// A ceremony and a vault, in a folder of their own.
struct Vault {
    folder: TempDir,
}

impl Vault {
    /// A vault over these clouds, any two of which are enough.
    fn over(clouds: &[String], more: &[String]) -> Self {
        let vault = Self {
            folder: tempfile::tempdir().unwrap(),
        };
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
    fn in_folders() -> (Self, [PathBuf; 3]) {
        let place = tempfile::tempdir().unwrap().keep();
        let folders = ["a", "b", "c"].map(|name| place.join(name));
        for folder in &folders {
            fs::create_dir(folder).unwrap();
        }
        let urls = folders
            .each_ref()
            .map(|folder| format!("file://{}", folder.display()));
        (Self::over(&urls, &[]), folders)
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn back_up(&self, source: &Path) {
        let file = self.path("vault.toml");
        done(&["backup", "run", "--vault", &file, source.to_str().unwrap()]);
    }

    fn restore(&self, custodians: &[u8], to: &str) -> Output {
        let shares: Vec<String> = custodians
            .iter()
            .map(|custodian| self.path(&format!("keys/custodian-{custodian}.share")))
            .collect();
        let file = self.path("vault.toml");
        let mut restore = vec!["restore", "--vault", &file, "--to", to];
        for share in &shares {
            restore.extend(["--custodian", share]);
        }
        lifeboat(&restore)
    }
}

fn done(arguments: &[&str]) -> Output {
    let output = lifeboat(arguments);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    output
}

fn is_the_same(one: &Path, other: &str) -> bool {
    let compared = Command::new("diff").arg("-r").arg(one).arg(other).output();
    compared.unwrap().status.success()
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn one_lost_cloud_is_survived_and_two_are_refused_by_name() {
    let (vault, clouds) = Vault::in_folders();
    vault.back_up(packages());
    fs::remove_dir_all(&clouds[1]).unwrap();
    let restored = vault.path("restored");
    assert!(vault.restore(&[1, 3, 5], &restored).status.success());
    assert!(is_the_same(packages(), &restored));

    fs::remove_dir_all(&clouds[2]).unwrap();
    let never = vault.path("never");
    let refused = vault.restore(&[1, 3, 5], &never);
    assert_eq!(refused.status.code(), Some(3), "{refused:?}");
    let said = words(&refused);
    assert!(
        said.contains("cloud-2") && said.contains("cloud-3"),
        "{said}"
    );
    assert!(!Path::new(&never).exists());
}

#[test]
fn two_custodians_open_nothing_and_the_missing_are_counted() {
    let (vault, _clouds) = Vault::in_folders();
    vault.back_up(packages());
    let never = vault.path("never");
    let refused = vault.restore(&[2, 4], &never);
    assert_eq!(refused.status.code(), Some(3), "{refused:?}");
    assert!(!Path::new(&never).exists());
}

#[test]
fn a_lost_cloud_is_filled_again_without_a_custodian() {
    let (vault, clouds) = Vault::in_folders();
    vault.back_up(packages());
    fs::remove_dir_all(&clouds[0]).unwrap();
    fs::create_dir(&clouds[0]).unwrap();
    let file = vault.path("vault.toml");
    let status = lifeboat(&["backup", "status", "--vault", &file]);
    assert_eq!(status.status.code(), Some(1), "{status:?}");
    done(&["backup", "repair", "--vault", &file]);
    done(&["backup", "status", "--vault", &file]);
    done(&["backup", "verify", "--vault", &file]);
    fs::remove_dir_all(&clouds[1]).unwrap();
    let restored = vault.path("restored");
    assert!(vault.restore(&[1, 2, 3], &restored).status.success());
    assert!(is_the_same(packages(), &restored));
}

#[test]
fn clouds_of_three_providers_hold_one_vault() {
    let keys = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| {
        let file = keys.path().join(name);
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
    let vault = Vault::over(&urls, &more);
    vault.back_up(packages());
    let file = vault.path("vault.toml");
    let verified = done(&["backup", "verify", "--vault", &file]);
    assert!(!words(&verified).contains(&s3.secret));
    let restored = vault.path("restored");
    let restore = vault.restore(&[1, 4, 5], &restored);
    assert!(restore.status.success(), "{restore:?}");
    assert!(is_the_same(packages(), &restored));

    // Now the cloud of one provider cannot be reached.
    let settings = fs::read_to_string(&file).unwrap();
    assert!(settings.contains(&s3.endpoint));
    fs::write(&file, settings.replace(&s3.endpoint, "http://127.0.0.1:9")).unwrap();
    let without = vault.path("without");
    let restore = vault.restore(&[1, 4, 5], &without);
    assert!(restore.status.success(), "{restore:?}");
    assert!(words(&restore).contains("amber"), "{restore:?}");
    assert!(is_the_same(packages(), &without));
}

#[test]
fn a_second_decoder_reads_fresh_vaults_and_an_old_one() {
    let python = std::env::var("LIFEBOAT_TEST_DECODER").expect("cargo xtask test sets it");
    let decoder = Path::new(env!("CARGO_MANIFEST_DIR")).join("reference-decoder");
    let output = command(Path::new(&python))
        .args(["-m", "unittest", "discover", "-t", ".", "-s", "tests"])
        .current_dir(decoder)
        .env("LIFEBOAT", program("lifeboat"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    let said = words(&output);
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("\nRan ") && !said.contains("skipped"),
        "{said}"
    );
}
