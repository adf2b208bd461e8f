//! Folders on disks that are full, read-only, or not mounted.

use std::path::Path;
use std::process::Command;

use url::Url;
use vault::cloud::{Cloud, CloudSettings, Kind, Put, open, prepare};

use crate::place::noise;

/// Names the folder of a disk inside the second process of a test.
const DISK: &str = "LIFEBOAT_TEST_DISK";

/// Runs the test of this name again, in a process that alone sees a small disk mounted with these options.
fn with_disk(test: &str, options: &str) {
    let mount_point = tempfile::tempdir().unwrap();
    let mount = format!(
        "mount -t tmpfs -o {options} disk \"${DISK}\" && exec \"$0\" --exact {test} --nocapture"
    );
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", &mount])
        .arg(std::env::current_exe().unwrap())
        .env(DISK, mount_point.path())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && printed.contains("1 passed"),
        "{printed}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn cloud(folder: &Path) -> std::sync::Arc<dyn Cloud> {
    let url = Url::from_directory_path(folder).unwrap();
    let settings = CloudSettings::new("disk", url);
    open(&settings, 3, &runtime::clock::system()).unwrap()
}

#[tokio::test]
async fn a_full_disk_is_said_and_keeps_what_it_has() {
    let Some(disk) = std::env::var_os(DISK) else {
        with_disk(
            "disks::a_full_disk_is_said_and_keeps_what_it_has",
            "size=1m",
        );
        return;
    };
    let cloud = cloud(Path::new(&disk));
    let bytes = noise(600_000);
    cloud.put_new("f/aa/1", bytes.clone()).await.unwrap();
    let error = cloud.put_new("f/aa/2", noise(600_000)).await.unwrap_err();
    assert_eq!(error.kind, Kind::Full, "{error}");
    assert_eq!(
        cloud.list("").await.unwrap().len(),
        1,
        "nothing half is seen"
    );
    assert_eq!(cloud.get("f/aa/1", 600_000).await.unwrap(), bytes);
    // What was begun is cleared away: so much fits again.
    let fits = cloud.put_new("f/aa/3", noise(300_000)).await.unwrap();
    assert_eq!(fits, Put::Created);
}

#[tokio::test]
async fn a_read_only_disk_is_said() {
    let Some(disk) = std::env::var_os(DISK) else {
        with_disk("disks::a_read_only_disk_is_said", "ro");
        return;
    };
    let cloud = cloud(Path::new(&disk));
    let error = cloud.put_new("f/aa/1", noise(10)).await.unwrap_err();
    assert_eq!(error.kind, Kind::ReadOnly, "{error}");
    assert_eq!(cloud.list("").await.unwrap(), []);
}

#[tokio::test]
async fn a_disk_that_is_not_mounted_is_unreachable_and_never_made() {
    let above = tempfile::tempdir().unwrap();
    let folder = above.path().join("disk");
    let cloud = cloud(&folder);
    let errors = [
        cloud.put_new("r/1", noise(10)).await.unwrap_err(),
        cloud.get("r/1", 10).await.unwrap_err(),
        cloud.list("").await.unwrap_err(),
        cloud.folders("").await.unwrap_err(),
        cloud.delete("r/1").await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind, Kind::Unreachable, "{error}");
        assert!(error.to_string().contains("is it mounted?"), "{error}");
    }
    assert!(!folder.exists());
    let url = Url::from_directory_path(&folder).unwrap();
    prepare(&CloudSettings::new("disk", url), 3).unwrap();
    assert_eq!(cloud.put_new("r/1", noise(10)).await.unwrap(), Put::Created);
}

#[tokio::test]
async fn an_unfinished_file_is_no_object() {
    let folder = tempfile::tempdir().unwrap();
    let cloud = cloud(folder.path());
    cloud.put_new("r/1", noise(10)).await.unwrap();
    std::fs::write(folder.path().join("r/.unfinished-x"), "half").unwrap();
    assert_eq!(cloud.list("").await.unwrap().len(), 1);
}
