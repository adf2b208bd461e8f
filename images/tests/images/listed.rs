//! The lists of what the programs are made of, for every program and from the real lock file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use images::commit::Commit;
use images::sbom::{CHECKER, Materials};
use images::workspace::Workspace;
use serde_json::Value;

use crate::small::{Place, commit, done};

pub(crate) static WORKSPACE: LazyLock<Workspace> = LazyLock::new(|| {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    Workspace::read(own.parent().unwrap()).unwrap()
});
static MATERIALS: LazyLock<Materials<'_>> = LazyLock::new(|| Materials::read(&WORKSPACE).unwrap());

fn text(program: &str, bytes: &[u8], commit: &Commit) -> String {
    let program = &WORKSPACE.named(&[program.to_owned()]).unwrap()[0];
    MATERIALS.sbom(program, bytes, commit).unwrap()
}

fn document(program: &str) -> Value {
    serde_json::from_str(&text(program, b"x", &commit())).unwrap()
}

fn names() -> impl Iterator<Item = &'static str> {
    WORKSPACE.programs().iter().map(|one| one.name.as_str())
}

/// `name version` of every component of this scope.
fn of_scope(document: &Value, scope: &str) -> BTreeSet<String> {
    let components = document["components"].as_array().unwrap().iter();
    components
        .filter(|one| one["scope"] == scope)
        .map(|one| {
            format!(
                "{} {}",
                one["name"].as_str().unwrap(),
                one["version"].as_str().unwrap()
            )
        })
        .collect()
}

/// `name version` of what cargo needs for this program alone.
fn tree(program: &str, edges: &str) -> BTreeSet<String> {
    let mut tree = Command::new(env!("CARGO"));
    tree.current_dir(WORKSPACE.root());
    tree.args(["tree", "--locked", "--package", program, "--edges", edges]);
    tree.args(["--target", images::TARGET, "--prefix", "none"]);
    let lines = String::from_utf8(done(&mut tree).stdout).unwrap();
    let words = |line: &str| {
        line.split(' ')
            .take(2)
            .collect::<Vec<_>>()
            .join(" ")
            .replace(" v", " ")
    };
    lines
        .lines()
        .map(words)
        .filter(|words| !words.starts_with(program))
        .collect()
}

fn checked(files: &[PathBuf]) -> std::process::Output {
    let python = std::env::var_os(CHECKER).unwrap_or_else(|| {
        panic!("{CHECKER} is not set: run `cargo xtask test`, which installs what the tests need")
    });
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/images/valid.py");
    Command::new(python)
        .arg(script)
        .args(files)
        .output()
        .unwrap()
}

#[test]
fn every_program_has_a_list_that_the_standard_s_schema_accepts() {
    let place = Place::new();
    let files: Vec<PathBuf> = names().map(|name| place.join(name)).collect();
    assert!(files.len() >= 10, "{files:?}");
    for (name, file) in names().zip(&files) {
        std::fs::write(file, text(name, b"x", &commit())).unwrap();
    }
    let answer = checked(&files);
    assert!(
        answer.status.success(),
        "{}",
        String::from_utf8_lossy(&answer.stdout)
    );

    let misspelt = text("gateway", b"x", &commit()).replace("bom-ref", "bomref");
    std::fs::write(&files[0], misspelt).unwrap();
    let answer = checked(&files[..1]);
    assert_eq!(answer.status.code(), Some(1), "{answer:?}");
}

#[test]
fn what_cargo_links_into_a_program_is_required_and_macros_are_not() {
    for name in names() {
        let document = document(name);
        let (required, excluded) = (
            of_scope(&document, "required"),
            of_scope(&document, "excluded"),
        );
        let linked = tree(name, "normal,no-proc-macro");
        let lacking: Vec<_> = linked.difference(&required).collect();
        assert!(lacking.is_empty(), "{name}: {lacking:?}");
        let all: BTreeSet<_> = required.union(&excluded).cloned().collect();
        let needed = tree(name, "normal");
        let lacking: Vec<_> = needed.difference(&all).collect();
        assert!(lacking.is_empty(), "{name}: {lacking:?}");
        // What another program switches on in a package of both is more, but never much.
        assert!(
            all.len() < needed.len() + 40,
            "{name}: {} and {}",
            all.len(),
            needed.len()
        );
        let is_there = |package: &str, set: &BTreeSet<String>| {
            set.iter()
                .any(|one| one.starts_with(&format!("{package} ")))
        };
        assert!(
            is_there("tokio", &required)
                && is_there("rust-std", &required)
                && is_there("runtime", &required)
        );
        assert!(is_there("serde_derive", &excluded));
        for not_in_it in ["test-support", "proptest", "capability-test", "cc"] {
            assert!(!is_there(not_in_it, &all), "{name}: {not_in_it}");
        }
    }
}

#[test]
fn every_package_of_others_is_the_one_that_the_lock_file_pins() {
    let lock = std::fs::read_to_string(WORKSPACE.root().join("Cargo.lock")).unwrap();
    let lock: toml::Table = toml::from_str(&lock).unwrap();
    let packages = lock["package"].as_array().unwrap().iter();
    let pinned: BTreeMap<(&str, &str), &str> = packages
        .filter_map(|one| {
            let field = |key: &str| one.get(key).and_then(toml::Value::as_str);
            Some(((field("name")?, field("version")?), field("checksum")?))
        })
        .collect();
    for name in names() {
        let mut of_others = 0;
        for component in document(name)["components"].as_array().unwrap() {
            let field = |key: &str| component[key].as_str().unwrap();
            let (package, version) = (field("name"), field("version"));
            let Some(purl) = field("purl").strip_prefix("pkg:cargo/") else {
                assert!(field("purl").starts_with("pkg:generic/"), "{component}");
                continue;
            };
            of_others += 1;
            assert_eq!(purl, format!("{package}@{}", version.replace('+', "%2B")));
            let hash = &component["hashes"][0];
            assert_eq!(hash["alg"], "SHA-256");
            assert_eq!(
                hash["content"],
                pinned[&(package, version)],
                "{package} {version}"
            );
            let licence = component["licenses"][0]["expression"].as_str();
            assert!(
                licence.is_some_and(|words| !words.contains('/')),
                "{component}"
            );
        }
        assert!(of_others > 150, "{name}: {of_others}");
    }
}

#[test]
fn whatever_a_component_needs_is_in_the_list_too() {
    for name in names() {
        let document = document(name);
        let subject = document["metadata"]["component"]["bom-ref"]
            .as_str()
            .unwrap();
        let components = document["components"].as_array().unwrap().iter();
        let mut known: BTreeSet<&str> = components
            .map(|one| one["bom-ref"].as_str().unwrap())
            .collect();
        assert_eq!(
            known.len(),
            document["components"].as_array().unwrap().len()
        );
        known.insert(subject);
        let dependencies = document["dependencies"].as_array().unwrap();
        let graph: BTreeMap<&str, Vec<&str>> = dependencies
            .iter()
            .map(|one| {
                let needed = one["dependsOn"].as_array().unwrap().iter();
                (
                    one["ref"].as_str().unwrap(),
                    needed.map(|at| at.as_str().unwrap()).collect(),
                )
            })
            .collect();
        assert_eq!(
            graph.keys().copied().collect::<BTreeSet<_>>(),
            known,
            "{name}"
        );
        let mut reached = BTreeSet::new();
        let mut open = vec![subject];
        while let Some(at) = open.pop() {
            if reached.insert(at) {
                open.extend(&graph[at]);
            }
        }
        assert_eq!(reached, known, "{name}");
    }
}

#[test]
fn the_same_program_has_the_same_list_and_another_one_another_number() {
    let first = text("gateway", b"x", &commit());
    assert_eq!(first, text("gateway", b"x", &commit()));
    let number = |text: &str| serde_json::from_str::<Value>(text).unwrap()["serialNumber"].clone();
    let later = Commit {
        created: "2026-12-01T00:00:00Z".to_owned(),
        ..commit()
    };
    let all = [
        number(&first),
        number(&text("identity", b"x", &commit())),
        number(&text("gateway", b"y", &commit())),
        number(&text("gateway", b"x", &later)),
    ];
    let different: BTreeSet<&str> = all.iter().map(|one| one.as_str().unwrap()).collect();
    assert_eq!(different.len(), 4, "{all:?}");
}

#[test]
fn every_list_names_the_package_of_the_roots_of_certificates_and_their_file() {
    for name in ["lifeboat", "household"] {
        let list: Value = serde_json::from_str(&text(name, b"x", &commit())).unwrap();
        let mut components = list["components"].as_array().unwrap().iter();
        let roots = components
            .find(|one| one["name"] == "webpki-root-certs")
            .unwrap();
        assert_eq!(roots["type"], "data");
        let file = &roots["properties"][0]["value"];
        assert_eq!(file, "/etc/ssl/certs/ca-certificates.crt");
    }
}

#[test]
fn a_name_that_is_no_program_is_refused_with_those_that_are() {
    let fault = WORKSPACE
        .named(&["gatewya".to_owned()])
        .unwrap_err()
        .to_string();
    assert!(
        fault.starts_with("there is no program `gatewya`"),
        "{fault}"
    );
    assert!(
        fault.contains("gateway, health-enrolment, household"),
        "{fault}"
    );
    assert_eq!(
        WORKSPACE.named(&[]).unwrap().len(),
        WORKSPACE.programs().len()
    );
}
