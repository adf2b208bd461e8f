//! SIGTERM, as when a pod is deleted: whatever the command is at, it ends soon, says so, and fails.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use test_support::child::{Guarded, Signal};
use test_support::process::command;

/// How long a command may take to start, or to end, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(30);

/// A command with its standard input held open.
fn begin(folder: &Path, words: &[&str]) -> Guarded {
    let mut command = command(Path::new(env!("CARGO_BIN_EXE_lifeboat")));
    command
        .current_dir(folder)
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    Guarded::start(&mut command, Signal::KILL)
}

/// Waits until the process has a handler for SIGTERM: as process 1 of a container it would not notice one before.
fn listens(pid: u32) {
    const TERM: u32 = 15;
    let deadline = Instant::now() + PATIENCE;
    loop {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let caught = u64::from_str_radix(caught.unwrap().trim(), 16).unwrap();
        if caught >> (TERM - 1) & 1 == 1 {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "SIGTERM has no handler: {status}"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn words(child: &mut Child) -> String {
    std::io::read_to_string(child.stderr.take().unwrap()).unwrap()
}

/// Tells it to stop, and looks how it ends.
fn ends(mut command: Guarded) {
    command.signal(Signal::TERM);
    let status = command
        .wait(PATIENCE)
        .unwrap_or_else(|| panic!("it goes on"));
    let said = words(command.inner());
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("told to stop before it was done"), "{said}");
}

#[test]
fn a_command_that_waits_for_data_ends() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().display());
    let wait = begin(
        folder.path(),
        &[
            "snapshot",
            "wait",
            "--system",
            "household",
            "--database",
            &url,
        ],
    );
    listens(wait.pid());
    ends(wait);
}

#[test]
fn a_command_whose_server_never_answers_ends() {
    let folder = tempfile::tempdir().unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://a:b@{}/c", silent.local_addr().unwrap());
    for verb in ["list", "rollback"] {
        let command = begin(
            folder.path(),
            &[
                "snapshot",
                verb,
                "--system",
                "household",
                "--database",
                &url,
            ],
        );
        let _asked = silent.accept().unwrap();
        ends(command);
    }
}

#[test]
fn a_command_that_waits_for_words_ends_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let split = "keys ceremony --custodians 5 --threshold 3 --out keys";
    let mut ceremony = begin(folder.path(), &split.split(' ').collect::<Vec<_>>());
    assert!(ceremony.wait(PATIENCE).unwrap().success());
    let again = "keys words --master keys/master.pub --custodian 1 --out share";
    let command = begin(folder.path(), &again.split(' ').collect::<Vec<_>>());
    listens(command.pid());
    ends(command);
    assert!(!folder.path().join("share").exists());
}
