//! The operator's command keeps its word: the demo, its ready file, calls, exit codes.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use test_support::process::{Service, program};

use super::world::{PATIENCE, lifeboat, packages};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_serves_and_its_ready_file_says_how_to_ask() {
    let folder = tempfile::tempdir().unwrap();
    let (dir, file) = (folder.path().join("demo"), folder.path().join("ready.json"));
    let (dir, file) = (dir.to_str().unwrap(), file.to_str().unwrap());
    let arguments = [
        "demo",
        "--people",
        "200",
        "--listen",
        "127.0.0.1:0",
        "--dir",
        dir,
        "--ready-file",
        file,
    ];
    let mut demo = Service::start(&program("lifeboat"), &arguments, &[]);
    super::world::eventually("the ready file", async || Path::new(file).exists()).await;
    let ready: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    for member in [
        "national_id",
        "birth_date",
        "household_no",
        "id_card_issued_on",
    ] {
        assert!(ready["citizen"][member].is_string(), "{member}: {ready}");
    }
    let named = ready["capabilities"].as_array().unwrap().iter();
    let named: BTreeSet<&str> = named.map(|name| name.as_str().unwrap()).collect();
    let described = super::operations::services();
    let described = described.iter().map(String::as_str);
    assert_eq!(
        named,
        described.filter(|name| *name != "identity").collect()
    );
    let timings = ready["timings"].as_object().unwrap();
    assert!(
        !timings.is_empty() && timings.values().all(Value::is_number),
        "{ready}"
    );
    let key = std::fs::read_to_string(ready["officer"]["key_file"].as_str().unwrap()).unwrap();
    assert!(key.starts_with("-----BEGIN PRIVATE KEY-----"));
    let gateway = ready["gateway"].as_str().unwrap();
    demo.answers(&format!("{gateway}/readyz"), PATIENCE).await;

    let call = |more: &[&str]| lifeboat(&[&["call", "--ready-file", file], more].concat());
    let own = call(&["/household/v1/me", "--as", "citizen"]);
    assert_eq!(own.status.code(), Some(0), "{own:?}");
    let own: Value = serde_json::from_slice(&own.stdout).unwrap();
    assert_eq!(own["data"]["birth_date"], ready["citizen"]["birth_date"]);
    let person = format!(
        "/household/v1/persons/{}",
        ready["citizen"]["national_id"].as_str().unwrap()
    );
    let purpose = [
        "--as",
        "officer",
        "--purpose",
        "family-tracing",
        "--case-number",
        "C-1",
    ];
    let looked = call(&[&[person.as_str()], &purpose[..]].concat());
    assert_eq!(looked.status.code(), Some(0), "{looked:?}");
    let refused = call(&[&person, "--as", "citizen"]);
    assert_eq!(
        refused.status.code(),
        Some(1),
        "an answer that is no success: {refused:?}"
    );
    let curl = call(&["/household/v1/me", "--as", "citizen", "--curl"]);
    assert!(
        String::from_utf8_lossy(&curl.stdout).contains("header = \"DPoP: "),
        "{curl:?}"
    );

    demo.terminate();
    assert_eq!(
        demo.exit(PATIENCE).await.code(),
        Some(0),
        "{}",
        demo.stderr()
    );
}

#[test]
fn the_demo_takes_packages_of_agencies_and_never_touches_them() {
    let folder = tempfile::tempdir().unwrap();
    let before = listing(packages());
    let (dir, file) = (folder.path().join("demo"), folder.path().join("ready.json"));
    let done = lifeboat(&[
        "demo",
        "--exit",
        "--listen",
        "127.0.0.1:0",
        "--snapshots",
        packages().to_str().unwrap(),
        "--dir",
        dir.to_str().unwrap(),
        "--ready-file",
        file.to_str().unwrap(),
    ]);
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    assert!(file.exists());
    assert_eq!(listing(packages()), before);
}

fn listing(folder: &Path) -> Vec<(std::path::PathBuf, u64, std::time::SystemTime)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let about = entry.metadata().unwrap();
        if about.is_dir() {
            found.extend(listing(&entry.path()));
        }
        found.push((entry.path(), about.len(), about.modified().unwrap()));
    }
    found.sort();
    found
}

#[test]
fn exit_codes_tell_done_failed_usage_and_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite://{}", folder.path().join("store").display());
    let package = packages().join("household");
    let package = package.to_str().unwrap();
    let code = |arguments: &[&str]| {
        let output = lifeboat(arguments);
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let load = |more: &[&str]| {
        code(
            &[
                &[
                    "snapshot",
                    "load",
                    "--system",
                    "household",
                    "--database",
                    &store,
                    package,
                ],
                more,
            ]
            .concat(),
        )
    };
    let missing = folder.path().join("nothing");
    let (failed, words) = code(&["snapshot", "check", missing.to_str().unwrap()]);
    assert_eq!(failed, Some(1), "{words}");
    let (usage, words) = code(&["snapshot", "load"]);
    assert_eq!(usage, Some(2), "{words}");
    let (usage, words) = code(&[
        "snapshot",
        "load",
        "--system",
        "weather",
        "--database",
        &store,
        package,
    ]);
    assert_eq!(usage, Some(2), "{words}");
    assert!(words.contains("next:"), "it says what to do next: {words}");
    let (refused, words) = load(&["--require-signature"]);
    assert_eq!(
        refused,
        Some(3),
        "signed by nobody who is enrolled: {words}"
    );
    let (done, words) = load(&[]);
    assert_eq!(done, Some(0), "{words}");
    let (checked, words) = code(&["snapshot", "check", package]);
    assert_eq!(checked, Some(0), "{words}");
    for level in [
        &["--help"][..],
        &["demo", "--help"],
        &["snapshot", "--help"],
        &["snapshot", "load", "--help"],
    ] {
        assert_eq!(code(level).0, Some(0), "{level:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_refuses_a_setting_that_it_does_not_know() {
    let mut arguments = vec!["--config".to_owned(), "/dev/null".to_owned()];
    arguments.extend(["--set".to_owned(), "service.lisen=127.0.0.1:0".to_owned()]);
    for name in end_to_end::site::SERVICES {
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut service = Service::start(&program(name), &words, &[]);
        assert_eq!(service.exit(PATIENCE).await.code(), Some(2), "{name}");
    }
}
