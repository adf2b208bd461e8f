//! The rules of Prometheus: its own tool checks them and tries them, and the chart renders them as they are.

use std::process::{Command, Output, Stdio};

use deployment::root;
use deployment::tools::Values;

use crate::rendered::tools;

const RULES: &str = "helm/lifeboat/files/prometheus-rules.yaml";
const TESTS: &str = "tests/deployment/rules/rules.test.yaml";

fn promtool(arguments: &[&str]) -> Output {
    Command::new("promtool")
        .args(arguments)
        .current_dir(root())
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("promtool: {error}: run `cargo xtask test`"))
}

fn said(output: &Output) -> String {
    let said = [&*output.stdout, &*output.stderr].concat();
    String::from_utf8(said).unwrap()
}

#[test]
fn prometheus_takes_the_rules() {
    let checked = promtool(&["check", "rules", "--lint=all", "--lint-fatal", RULES]);
    assert!(checked.status.success(), "{}", said(&checked));
    assert!(
        said(&checked).contains("31 rules found"),
        "{}",
        said(&checked)
    );
}

#[test]
fn the_rules_wake_somebody_when_they_should_and_nobody_when_all_is_well() {
    let tried = promtool(&["test", "rules", TESTS]);
    assert!(tried.status.success(), "{}", said(&tried));
}

#[test]
fn a_rule_that_says_something_else_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let rules = std::fs::read_to_string(root().join(RULES)).unwrap();
    let late = rules.replace("for: 10s", "for: 10m");
    assert_ne!(late, rules);
    let tests = std::fs::read_to_string(root().join(TESTS)).unwrap();
    let file = folder.path().join("rules.yaml");
    std::fs::write(&file, late).unwrap();
    let tests = tests.replace(&format!("../../../{RULES}"), file.to_str().unwrap());
    let of_tests = folder.path().join("rules.test.yaml");
    std::fs::write(&of_tests, tests).unwrap();
    let tried = promtool(&["test", "rules", of_tests.to_str().unwrap()]);
    assert!(!tried.status.success(), "{}", said(&tried));
    assert!(
        said(&tried).contains("LifeboatAuditStoreDown"),
        "{}",
        said(&tried)
    );
}

#[test]
fn the_chart_renders_rules_and_dashboard_as_they_are() {
    let values = Values::default()
        .and("prometheusRules.enabled=true")
        .and("dashboards.enabled=true");
    let objects = tools().render(&values).unwrap();
    let rules: serde_json::Value =
        serde_norway::from_str(&std::fs::read_to_string(root().join(RULES)).unwrap()).unwrap();
    let rendered = objects.iter().find(|one| one.kind() == "PrometheusRule");
    assert_eq!(rendered.unwrap().value["spec"], rules);
    let file = std::fs::read_to_string(root().join("helm/lifeboat/files/dashboard.json")).unwrap();
    let dashboard = objects
        .iter()
        .find(|one| one.name() == "lifeboat-dashboard");
    assert_eq!(
        dashboard.unwrap().value["data"]["lifeboat.json"],
        file.as_str()
    );
}
