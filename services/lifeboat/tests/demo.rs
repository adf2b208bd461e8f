//! The demo keeps to its folder, keeps it to itself, and says at once what it cannot do.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use test_support::child::{Guarded, Signal};
use test_support::process::command;

/// How long a demo may take to start, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_mins(5);

fn demo(folder: &Path, words: &[&str]) -> Command {
    let usual = ["--people", "20", "--listen", "127.0.0.1:0"];
    lifeboat(folder, &[&["demo"], &usual[..], words].concat())
}

fn lifeboat(folder: &Path, words: &[&str]) -> Command {
    let mut command = command(Path::new(env!("CARGO_BIN_EXE_lifeboat")));
    command.current_dir(folder).args(words);
    command
}

fn done(folder: &Path, words: &[&str]) -> Output {
    demo(folder, words).output().unwrap()
}

#[track_caller]
fn refused(done: &Output, code: i32, words: &[&str]) {
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(code), "{said}");
    for word in words {
        assert!(said.contains(word), "{word} is not in: {said}");
    }
    assert!(said.contains("next:"), "{said}");
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[test]
fn a_demo_that_serves_keeps_its_folder_and_nobody_else_reads_it() {
    let place = tempfile::tempdir().unwrap();
    let ready = place.path().join("ready.json");
    let mut first = demo(
        place.path(),
        &["--dir", "one", "--ready-file", "ready.json"],
    );
    first.stdout(Stdio::null()).stderr(Stdio::null());
    let mut first = Guarded::start(&mut first, Signal::TERM);
    let deadline = Instant::now() + PATIENCE;
    while !ready.exists() {
        assert!(first.ended().is_none(), "it ended before it was ready");
        assert!(Instant::now() < deadline, "it is never ready");
        std::thread::sleep(Duration::from_millis(50));
    }
    let folder = place.path().join("one");
    let before = files(&folder);
    assert!(before.iter().any(|file| file.ends_with("household.sqlite")));
    let about_people = before.iter().filter(|file| {
        let name = file.file_name().unwrap().to_string_lossy();
        name.contains(".sqlite") || name.ends_with(".json") || name.ends_with(".csv")
    });
    for file in about_people {
        let mode = fs::metadata(file).unwrap().mode();
        assert_eq!(mode & 0o077, 0, "{}: {mode:o}", file.display());
    }

    let second = done(place.path(), &["--dir", "one", "--exit"]);
    refused(&second, 3, &["another demo is using"]);
    let after = files(&folder);
    let is_database = |file: &&PathBuf| file.extension().is_some_and(|end| end == "sqlite");
    let mut databases = before.iter().filter(is_database);
    assert!(databases.all(|file| after.contains(file)), "{after:?}");
}

#[test]
fn packages_in_its_own_folder_are_not_emptied_away() {
    let place = tempfile::tempdir().unwrap();
    let own = done(place.path(), &["--dir", "one", "--exit"]);
    assert!(own.status.success(), "{own:?}");
    let mine = place.path().join("one/mine/household");
    fs::create_dir_all(&mine).unwrap();
    fs::write(mine.join("datapackage.json"), "{}").unwrap();
    for given in ["one/mine", "one"] {
        let words = ["--dir", "one", "--exit", "--snapshots", given];
        refused(&done(place.path(), &words), 3, &["which is emptied first"]);
        assert!(mine.join("datapackage.json").exists(), "{given}");
    }
}

#[test]
fn what_cannot_be_done_is_said_before_anything_is() {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir(place.path().join("a-folder")).unwrap();
    fs::write(place.path().join("a-file"), "mine").unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();

    let on_a_folder = done(place.path(), &["--exit", "--ready-file", "a-folder"]);
    refused(&on_a_folder, 2, &["--ready-file a-folder"]);
    let in_a_file = done(place.path(), &["--exit", "--dir", "a-file"]);
    refused(&in_a_file, 2, &["--dir a-file"]);
    let mut occupied = lifeboat(place.path(), &["demo", "--exit", "--listen", &address]);
    refused(&occupied.output().unwrap(), 1, &[&address]);
    assert!(!place.path().join("lifeboat-demo").exists());
}
