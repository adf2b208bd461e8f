//! Backups by the operator's commands: over clouds of three providers at once, with losses, and read by the second decoder.

use std::fs;
use std::path::Path;
use std::process::Output;

use test_support::clouds;
use test_support::process::{command, program};

use super::vaults::{Vault, done, is_the_same};
use super::world::{lifeboat, packages};

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
    let (vault, s3) = (Vault::of_three_providers(), clouds::s3());
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
