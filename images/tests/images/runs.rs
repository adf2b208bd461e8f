//! An image at work, as restricted as a pod is.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

use test_support::ports;
use test_support::process::Service;

use crate::small::{PATIENCE, Place, done};

/// What podman keeps is in this place only; cgroups and runtime are those that also work inside of a container.
fn podman(place: &Place) -> Vec<String> {
    let [root, run] = ["containers", "run"].map(|name| place.join(name).display().to_string());
    let kept = [
        "--root",
        &root,
        "--runroot",
        &run,
        "--storage-driver",
        "vfs",
    ];
    let runs = ["--runtime", "runc", "--cgroup-manager", "cgroupfs"];
    let words = [&kept[..], &runs[..]].concat();
    words.into_iter().map(str::to_owned).collect()
}

fn asked(port: u16) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[tokio::test]
async fn it_answers_without_any_right_and_ends_well_when_it_is_told_to() {
    let place = Place::new();
    let image = format!("oci-archive:{}", place.archive().display());
    let port = ports::free();
    let mut words = podman(&place);
    words.extend(["run", "--rm", "--read-only", "--cap-drop", "all"].map(str::to_owned));
    words.extend(["--security-opt", "no-new-privileges", "--network", "host"].map(str::to_owned));
    words.extend(
        [
            "--ulimit",
            "nofile=1024:1024",
            "--ulimit",
            "nproc=1024:1024",
        ]
        .map(str::to_owned),
    );
    words.extend([image, port.to_string()]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut container = Service::start(Path::new("podman"), &words, &[]);
    container
        .answers(&format!("http://127.0.0.1:{port}/"), PATIENCE)
        .await;
    let answer = asked(port);
    assert!(
        answer.ends_with("process 1 of 65532:65532: Read-only file system"),
        "{answer}"
    );
    container.terminate();
    assert_eq!(container.exit(PATIENCE).await.code(), Some(0));
    done(
        Command::new("podman")
            .args(podman(&place))
            .args(["rmi", "--all", "--force"]),
    );
}
