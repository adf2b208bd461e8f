//! The chart knows every capability that the programs know.

use std::collections::BTreeMap;
use std::path::Path;

use deployment::root;
use deployment::tools::Values;
use serde_json::Value;

use crate::rendered::{containers, find, tools};

/// Every capability, and its recovery tier, as the descriptions say that the code has them.
fn capabilities() -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(root().join("openapi")).unwrap() {
        let file = entry.unwrap().path();
        if file.extension().is_none_or(|kind| kind != "json") {
            continue;
        }
        let text = std::fs::read_to_string(file).unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        let said = &document["x-lifeboat"];
        let name = said["service"].as_str().unwrap();
        if name != "identity" {
            found.insert(name.to_owned(), said["recovery_tier"].as_u64().unwrap());
        }
    }
    assert!(found.contains_key("household"), "{found:?}");
    found
}

fn values(file: &Path) -> Value {
    let text = std::fs::read_to_string(file).unwrap();
    serde_norway::from_str(&text).unwrap()
}

#[test]
fn every_capability_has_an_entry_with_its_recovery_tier() {
    let chart = values(&deployment::tools::chart().join("values.yaml"));
    let entries = chart["capabilities"].as_object().unwrap();
    let given: BTreeMap<String, u64> = entries
        .iter()
        .map(|(name, entry)| (name.clone(), entry["tier"].as_u64().unwrap()))
        .collect();
    assert_eq!(
        given,
        capabilities(),
        "helm/lifeboat/values.yaml, capabilities"
    );
}

#[test]
fn asleep_no_capability_is_served() {
    let asleep = values(&deployment::tools::chart().join("values-asleep.yaml"));
    for name in capabilities().keys() {
        let off = asleep["capabilities"][name]["enabled"] == Value::Bool(false);
        assert!(
            off,
            "helm/lifeboat/values-asleep.yaml: {name} is not switched off"
        );
    }
}

#[test]
fn a_capability_is_added_by_its_entry_alone() {
    let objects = tools()
        .render(
            &Values::profile("emergency")
                .and("capabilities.border-control.enabled=true")
                .and("capabilities.border-control.tier=2"),
        )
        .unwrap();
    for kind in [
        "ConfigMap",
        "Deployment",
        "Service",
        "NetworkPolicy",
        "PodDisruptionBudget",
        "HorizontalPodAutoscaler",
    ] {
        assert!(
            find(&objects, kind, "lifeboat-border-control").is_some(),
            "{kind}"
        );
    }
    let gateway = find(&objects, "ConfigMap", "lifeboat-gateway").unwrap();
    let config = gateway.value["data"]["service.toml"].as_str().unwrap();
    assert!(
        config.contains("\nborder-control = \"http://lifeboat-border-control:8080\"\n"),
        "{config}"
    );
    let job = objects
        .iter()
        .find(|one| {
            one.kind() == "Job" && one.name().starts_with("lifeboat-restore-border-control-")
        })
        .unwrap();
    let gates = containers(job.pod().unwrap()).count() - 1;
    assert_eq!(
        gates,
        capabilities().len(),
        "tier 2 waits for all of tiers 0 and 1"
    );
}
