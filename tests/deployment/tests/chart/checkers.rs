//! Checkers of others: the schemas of Kubernetes, and a scanner of policies whose findings are mended or explained.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use deployment::root;
use serde_json::Value;
use tempfile::TempDir;

use crate::rendered::{all, checker};

/// The newest that the checker holds.
const KUBERNETES: [&str; 3] = ["1.35", "1.36", "1.37"];

/// Kinds that operators bring: Kubernetes itself has no schema of them.
const OF_OPERATORS: [&str; 9] = [
    "Certificate",
    "Cluster",
    "ExternalSecret",
    "Gateway",
    "HTTPRoute",
    "PrometheusRule",
    "RabbitmqCluster",
    "ServiceMonitor",
    "Kustomization",
];

/// Renderings as files, without the kinds of operators.
fn written(names: &[&str]) -> (TempDir, Vec<PathBuf>) {
    // Not the usual name, which begins with a dot: the scanner passes such folders over.
    let folder = tempfile::Builder::new()
        .prefix("rendered-")
        .tempdir()
        .unwrap();
    let files = names
        .iter()
        .map(|name| {
            let own = all()[*name]
                .iter()
                .filter(|one| !OF_OPERATORS.contains(&one.kind()));
            let text: String = own.flat_map(|one| ["---\n", &one.text]).collect();
            let file = folder.path().join(format!("{name}.yaml"));
            std::fs::write(&file, text).unwrap();
            file
        })
        .collect();
    (folder, files)
}

#[test]
fn the_schemas_of_the_newest_kubernetes_know_every_field() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.yaml");
    // What several renderings have in common is looked at once.
    let different: BTreeSet<&str> = all()
        .values()
        .flatten()
        .filter(|one| !OF_OPERATORS.contains(&one.kind()))
        .map(|one| one.text.as_str())
        .collect();
    assert!(different.len() > 100, "{}", different.len());
    let text: String = different
        .into_iter()
        .flat_map(|text| ["---\n", text])
        .collect();
    std::fs::write(&file, text).unwrap();
    for version in KUBERNETES {
        let said = validate(version, std::slice::from_ref(&file));
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
    let (_folder, files) = written(&["asleep"]);
    let text = std::fs::read_to_string(&files[0]).unwrap();
    std::fs::write(
        &files[0],
        text.replace("concurrencyPolicy:", "concurencyPolicy:"),
    )
    .unwrap();
    assert!(validate(KUBERNETES[0], &files).contains("concurencyPolicy"));
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
        report["summary"]["resource_count"].as_u64().unwrap() > 20,
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
    let (folder, _) = written(&["asleep", "emergency", "backup"]);
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
