//! Checkers of others: the schemas of Kubernetes (`operators` has those of operators), and a scanner of policies whose findings are mended or explained.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use deployment::root;
use serde_json::Value;
use tempfile::TempDir;

use crate::operators::brings;
use crate::rendered::{all, checker, find};

/// The newest that the checker holds.
const KUBERNETES: [&str; 3] = ["1.35", "1.36", "1.37"];

/// All renderings as files, without the kinds of operators. What several have in common is looked at once; what one object is in several is in
/// several files, because the scanner takes it for one in one.
fn written() -> (TempDir, Vec<PathBuf>) {
    // Not the usual name, which begins with a dot: the scanner passes such folders over.
    let mut folder = tempfile::Builder::new();
    let folder = folder.prefix("rendered-").tempdir().unwrap();
    let mut seen = BTreeSet::new();
    let mut files = Vec::new();
    for (name, objects) in all() {
        let own = objects.iter().filter(|one| !brings(one));
        let new = own.filter(|one| seen.insert(one.text.as_str()));
        let text: String = new.flat_map(|one| ["---\n", &one.text]).collect();
        let file = folder.path().join(format!("{name}.yaml"));
        std::fs::write(&file, text).unwrap();
        files.push(file);
    }
    assert!(
        seen.len() > 200 && files.len() > 20,
        "{} in {}",
        seen.len(),
        files.len()
    );
    (folder, files)
}

#[test]
fn the_schemas_of_the_newest_kubernetes_know_every_field() {
    let (_folder, files) = written();
    for version in KUBERNETES {
        let said = validate(version, &files);
        assert!(said.is_empty(), "Kubernetes {version}:\n{said}");
    }
}

/// What is wrong, warnings included.
fn validate(version: &str, files: &[PathBuf]) -> String {
    let output = Command::new(checker("kubernetes-validate"))
        .args(["--strict", "--kubernetes-version", version])
        .args(files)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let wrong: Vec<&str> = said
        .lines()
        .filter(|line| !line.starts_with("INFO"))
        .collect();
    assert_eq!(
        output.status.success(),
        !wrong.iter().any(|line| line.starts_with("ERROR")),
        "{said}"
    );
    assert_eq!(
        said.matches("INFO ").count() + wrong.len(),
        said.lines().count(),
        "{said}"
    );
    wrong.join("\n")
}

#[test]
fn a_field_that_kubernetes_does_not_know_is_found() {
    let watch = find(&all()["asleep"], "CronJob", "lifeboat-vault-watch").unwrap();
    let wrong = watch
        .text
        .replace("concurrencyPolicy:", "concurencyPolicy:");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wrong.yaml");
    std::fs::write(&file, wrong).unwrap();
    assert!(validate(KUBERNETES[0], &[file]).contains("concurencyPolicy"));
}

/// The finding's check, and the kind of object.
type Findings = BTreeSet<(String, String)>;

/// `CHECK KIND reason` a line.
fn explained() -> Findings {
    let file = root().join("tests/deployment/findings.md");
    let text = std::fs::read_to_string(file).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| CKV"));
    rows.flat_map(|line| {
        let mut cells = line.trim_matches('|').split('|').map(str::trim);
        let (check, kinds, reason) = (
            cells.next().unwrap(),
            cells.next().unwrap(),
            cells.next().unwrap(),
        );
        assert!(reason.len() > 30, "{check} is not explained");
        let check = check.split(' ').next().unwrap().to_owned();
        kinds
            .split(", ")
            .map(move |kind| (check.clone(), kind.to_owned()))
            .collect::<Vec<_>>()
    })
    .collect()
}

fn scanned(folder: &Path) -> Findings {
    let output = Command::new(checker("checkov"))
        .args([
            "--framework",
            "kubernetes",
            "--skip-download",
            "--compact",
            "--quiet",
            "--output",
            "json",
            "--directory",
        ])
        .arg(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let checks = report["results"]["failed_checks"].as_array().unwrap();
    assert!(
        report["summary"]["resource_count"].as_u64().unwrap() > 200,
        "{report}"
    );
    assert_eq!(report["summary"]["parsing_errors"], 0);
    checks
        .iter()
        .map(|check| {
            let resource = check["resource"].as_str().unwrap();
            let kind = resource.split('.').next().unwrap();
            (
                check["check_id"].as_str().unwrap().to_owned(),
                kind.to_owned(),
            )
        })
        .collect()
}

#[test]
fn every_finding_of_the_scanner_is_explained_and_every_explanation_has_a_finding() {
    let (folder, _) = written();
    let (found, explained) = (scanned(folder.path()), explained());
    let unexplained: Vec<_> = found.difference(&explained).collect();
    let idle: Vec<_> = explained.difference(&found).collect();
    assert!(
        unexplained.is_empty(),
        "mend or explain in tests/deployment/findings.md: {unexplained:?}"
    );
    assert!(
        idle.is_empty(),
        "explained, but nobody finds it any more: {idle:?}"
    );
}
