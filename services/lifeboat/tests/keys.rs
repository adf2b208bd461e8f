//! `lifeboat keys …` as custodians and operators run it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::Value;
use test_support::process::command;

/// Runs `lifeboat keys ARGUMENTS` in `folder`, with `input` typed.
fn keys(folder: &Path, arguments: &str, input: &str) -> Output {
    let mut child = command(Path::new(env!("CARGO_BIN_EXE_lifeboat")))
        .arg("keys")
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that reads nothing may have ended already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

/// What a command that succeeds says.
fn done(folder: &Path, arguments: &str) -> String {
    let output = keys(folder, arguments, "");
    let (out, err) = both(&output);
    assert_eq!(output.status.code(), Some(0), "{arguments}: {out}{err}");
    out
}

fn both(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

fn ceremony() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    done(
        folder.path(),
        "ceremony --custodians 5 --threshold 3 --out .",
    );
    folder
}

#[test]
fn custodians_come_together_over_a_session() {
    let place = ceremony();
    let folder = place.path();
    let session = done(folder, "session --out session");
    let fingerprint = session
        .lines()
        .find_map(|line| line.strip_prefix("fingerprint"))
        .unwrap()
        .trim()
        .to_owned();
    for i in [1, 4] {
        done(
            folder,
            &format!(
                "contribute --share custodian-{i}.share --session session/session.pub --out {i}.json --fingerprint {fingerprint}"
            ),
        );
    }
    let given = "status --master master.pub --session-key session/session.key --json 1.json 4.json custodian-2.share";
    let status: Value = serde_json::from_str(&done(folder, given)).unwrap();
    assert_eq!(status["good"], serde_json::json!([1, 2, 4]));
    assert_eq!(status["lacking"], 0);
    assert_eq!(status["absent"], serde_json::json!([3, 5]));
    let blind = done(
        folder,
        "status --master master.pub 1.json 4.json custodian-2.share",
    );
    assert!(blind.contains("only session.key opens it"), "{blind}");
    assert!(blind.contains("2 more must come"), "{blind}");
}

#[test]
fn a_session_whose_fingerprint_differs_gets_nothing() {
    let place = ceremony();
    let folder = place.path();
    done(folder, "session --out session");
    let output = keys(
        folder,
        "contribute --share custodian-1.share --session session/session.pub --out 1.json --fingerprint 0000-0000",
        "",
    );
    assert_eq!(output.status.code(), Some(3));
    assert!(both(&output).1.contains("contribute nothing"));
    assert!(!folder.join("1.json").exists());
}

#[test]
fn the_words_of_a_page_make_the_share_again() {
    let place = ceremony();
    let folder = place.path();
    let page = fs::read_to_string(folder.join("custodian-3.html")).unwrap();
    let words: Vec<&str> = page
        .split("<li>")
        .skip(1)
        .map(|rest| rest.split('<').next().unwrap())
        .collect();
    let typed = words.join("\n");
    let output = keys(
        folder,
        "words --master master.pub --custodian 3 --out again.share",
        &typed,
    );
    assert_eq!(output.status.code(), Some(0), "{}", both(&output).1);
    let read = |name| fs::read(folder.join(name)).unwrap();
    assert_eq!(read("again.share"), read("custodian-3.share"));
    let output = keys(
        folder,
        "words --master master.pub --custodian 2 --out wrong.share",
        &typed,
    );
    assert_eq!(output.status.code(), Some(1));
    let (out, err) = both(&output);
    assert!(err.contains("words of custodian 3"), "{err}");
    assert!(
        words
            .iter()
            .all(|word| word.len() < 5 || !(out.clone() + &err).contains(word))
    );
    assert!(!folder.join("wrong.share").exists());
}

#[test]
fn bad_shares_are_named_and_nothing_is_overwritten() {
    let place = ceremony();
    let folder = place.path();
    let other = ceremony();
    fs::copy(
        other.path().join("custodian-1.share"),
        folder.join("foreign.share"),
    )
    .unwrap();
    let text = fs::read_to_string(folder.join("custodian-5.share")).unwrap();
    fs::write(
        folder.join("corrupt.share"),
        text.replace("\"custodian\":5", "\"custodian\":4"),
    )
    .unwrap();
    let output = keys(
        folder,
        "status --master master.pub corrupt.share foreign.share custodian-1.share",
        "",
    );
    assert_eq!(output.status.code(), Some(1));
    let (out, _) = both(&output);
    assert!(
        out.contains("corrupt.share  corrupt: its checksum is wrong"),
        "{out}"
    );
    assert!(
        out.contains("foreign.share  foreign: of another ceremony"),
        "{out}"
    );
    assert!(out.contains("any of custodian 2, 3, 4, 5"), "{out}");

    let before = fs::read(folder.join("master.pub")).unwrap();
    let output = keys(folder, "ceremony --custodians 5 --threshold 3 --out .", "");
    assert_eq!(output.status.code(), Some(3), "{}", both(&output).1);
    assert_eq!(fs::read(folder.join("master.pub")).unwrap(), before);
    for wrong in [
        "--custodians 2 --threshold 3",
        "--custodians 5 --threshold 1",
        "",
    ] {
        let output = keys(folder, &format!("ceremony {wrong} --out new"), "");
        assert_eq!(output.status.code(), Some(2), "{wrong}");
    }
    assert!(!folder.join("new").exists());
}

#[test]
fn no_command_prints_a_share() {
    let place = ceremony();
    let folder = place.path();
    let share: Value =
        serde_json::from_slice(&fs::read(folder.join("custodian-1.share")).unwrap()).unwrap();
    let secret = share["share"].as_str().unwrap();
    done(folder, "session --out session");
    for arguments in [
        "status --master master.pub custodian-1.share",
        "status --master master.pub custodian-1.share --json",
        "contribute --share custodian-1.share --session session/session.pub --out 1.json",
        "contribute --share custodian-1.share --session master.pub --out 2.json",
        "status --master custodian-1.share",
    ] {
        let (out, err) = both(&keys(folder, arguments, ""));
        assert!(
            !out.contains(secret) && !err.contains(secret),
            "{arguments}"
        );
        assert!(!(out + &err).is_empty());
    }
}

#[test]
fn a_site_s_services_get_keys_of_their_own_and_know_each_other_s_public_halves() {
    let place = tempfile::tempdir().unwrap();
    done(place.path(), "services --out keys --namespace emergency");
    let keys = place.path().join("keys");
    let jwks = fs::read_to_string(keys.join("trusted-services.jwks")).unwrap();
    let jwks: Value = serde_json::from_str(&jwks).unwrap();
    let kustomization = fs::read_to_string(keys.join("kustomization.yaml")).unwrap();
    assert!(kustomization.contains("namespace: emergency\n"));
    let known = jwks["keys"].as_array().unwrap();
    assert!(known.len() > 8, "{jwks}");
    for key in known {
        let name = key["lifeboat_service"].as_str().unwrap();
        let own = fs::read_to_string(keys.join(name).join("internal.pem")).unwrap();
        assert!(own.starts_with("-----BEGIN PRIVATE KEY-----"), "{name}");
        let secret = format!("{{name: lifeboat-keys-{name}, files: [{name}/internal.pem");
        assert!(kustomization.contains(&secret), "{kustomization}");
    }
    assert!(
        !kustomization.contains("failback.pem]"),
        "it stays with who hands back"
    );

    let again = keys_at(&keys);
    let refused = self::keys(place.path(), "services --out keys", "");
    assert_eq!(refused.status.code(), Some(3));
    assert_eq!(keys_at(&keys), again, "keys are never written over others");
}

fn keys_at(folder: &Path) -> Vec<u8> {
    fs::read(folder.join("household/internal.pem")).unwrap()
}
