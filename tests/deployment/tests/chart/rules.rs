//! The rules of Prometheus: its own tool checks them and tries them, and the chart renders them as they are; those of Jobs in every profile.

use std::collections::BTreeSet;
use std::process::{Command, Output, Stdio};

use deployment::tools::Values;
use deployment::{Object, root};
use serde_json::Value;

use crate::rendered::{list, tools};

const RULES: &str = "helm/lifeboat/files/prometheus-rules.yaml";
const TESTS: &str = "tests/deployment/rules/rules.test.yaml";
const RULES_OF_JOBS: &str = "helm/lifeboat/files/prometheus-rules-of-jobs.yaml";
const TESTS_OF_JOBS: &str = "tests/deployment/rules/rules-of-jobs.test.yaml";

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
    let arguments = ["check", "rules", "--lint=all", "--lint-fatal"];
    let checked = promtool(&[&arguments[..], &[RULES, RULES_OF_JOBS]].concat());
    assert!(checked.status.success(), "{}", said(&checked));
    for count in ["31 rules found", "5 rules found"] {
        assert!(said(&checked).contains(count), "{}", said(&checked));
    }
}

#[test]
fn the_rules_wake_somebody_when_they_should_and_nobody_when_all_is_well() {
    let tried = promtool(&["test", "rules", TESTS, TESTS_OF_JOBS]);
    assert!(tried.status.success(), "{}", said(&tried));
}

fn read(file: &str) -> Value {
    serde_norway::from_str(&std::fs::read_to_string(root().join(file)).unwrap()).unwrap()
}

#[test]
fn every_alert_is_tried_with_what_makes_it_fire() {
    for (rules, tests) in [(RULES, TESTS), (RULES_OF_JOBS, TESTS_OF_JOBS)] {
        let (rules, tests) = (read(rules), read(tests));
        let alerts: BTreeSet<&str> = list(&rules["groups"])
            .flat_map(|group| list(&group["rules"]))
            .filter_map(|rule| rule["alert"].as_str())
            .collect();
        let fire: BTreeSet<&str> = list(&tests["tests"])
            .flat_map(|test| list(&test["alert_rule_test"]))
            .filter(|tried| list(&tried["exp_alerts"]).next().is_some())
            .filter_map(|tried| tried["alertname"].as_str())
            .collect();
        assert!(alerts.len() >= 5);
        assert_eq!(fire, alerts);
    }
}

#[test]
fn the_page_says_what_to_do_at_every_alert() {
    for page in ["docs/observability.md", "docs/observability.zh-TW.md"] {
        let text = std::fs::read_to_string(root().join(page)).unwrap();
        for rules in [RULES, RULES_OF_JOBS] {
            let rules = read(rules);
            let rules = list(&rules["groups"]).flat_map(|group| list(&group["rules"]));
            for alert in rules.filter_map(|rule| rule["alert"].as_str()) {
                assert!(text.contains(&format!("`{alert}`")), "{page}: {alert}");
            }
        }
    }
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
    let groups = |file: &str| list(&read(file)["groups"]).cloned().collect::<Vec<_>>();
    let rules = |objects: &[Object]| {
        let rendered = objects.iter().find(|one| one.kind() == "PrometheusRule");
        rendered.unwrap().value["spec"]["groups"].clone()
    };
    let all = [groups(RULES), groups(RULES_OF_JOBS)].concat();
    assert_eq!(rules(&objects), Value::from(all));
    let asleep = Values::profile("asleep").and("prometheusRules.enabled=true");
    let asleep = tools().render(&asleep).unwrap();
    assert_eq!(rules(&asleep), Value::from(groups(RULES_OF_JOBS)));
    let file = std::fs::read_to_string(root().join("helm/lifeboat/files/dashboard.json")).unwrap();
    let dashboard = objects
        .iter()
        .find(|one| one.name() == "lifeboat-dashboard");
    assert_eq!(
        dashboard.unwrap().value["data"]["lifeboat.json"],
        file.as_str()
    );
}
