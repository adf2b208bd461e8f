//! Kinds that operators bring. Kubernetes has no schema of them, and a cluster refuses, or worse drops, what its operator does not know: each is held
//! against `operators.yaml`, the part of their definitions that the chart uses.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use deployment::{Object, root};
use serde_json::{Value, json};

use crate::rendered::all;

static DEFINITIONS: LazyLock<Value> = LazyLock::new(|| {
    let file = root().join("tests/deployment/operators.yaml");
    serde_norway::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
});

/// What is at `value` and not as the definition has it.
fn wrong(at: &str, value: &Value, definition: &Value) -> Vec<String> {
    if let Some(name) = definition.as_str() {
        return if is(name, value) {
            Vec::new()
        } else {
            vec![format!("{at}: {value}")]
        };
    }
    if let Some(these) = definition["one of"].as_array() {
        return if these.contains(value) {
            Vec::new()
        } else {
            vec![format!("{at}: {value}")]
        };
    }
    if !definition["each"].is_null() {
        let Some(all) = value.as_array().filter(|all| !all.is_empty()) else {
            return vec![format!("{at}: {value}")];
        };
        let each = all.iter().enumerate();
        return each
            .flat_map(|(number, one)| wrong(&format!("{at}[{number}]"), one, &definition["each"]))
            .collect();
    }
    let (Some(known), Some(own)) = (definition.as_object(), value.as_object()) else {
        return vec![format!("{at}: nobody knows it")];
    };
    let lacking = known
        .keys()
        .filter(|name| !name.ends_with('?') && !own.contains_key(*name));
    let mut found: Vec<String> = lacking
        .map(|name| format!("{at}.{name} is lacking"))
        .collect();
    for (name, member) in own {
        let at = format!("{at}.{name}");
        match known.get(name).or_else(|| known.get(&format!("{name}?"))) {
            Some(definition) => found.extend(wrong(&at, member, definition)),
            None => found.push(format!("{at} is not known")),
        }
    }
    found
}

/// Whether a value is what a name says.
fn is(name: &str, value: &Value) -> bool {
    let text = value.as_str();
    let amount = |units: &[&str]| text.is_some_and(|text| amount(text, units));
    match name {
        "text" => text.is_some_and(|text| !text.is_empty()),
        "number" => value.is_u64(),
        "truth" => value.is_boolean(),
        "duration" => amount(&["h", "m", "s", "ms"]),
        "quantity" => value.is_u64() || amount(&["", "m", "Mi", "Gi", "Ti"]),
        "object" => value.is_object(),
        "texts" => value
            .as_object()
            .is_some_and(|all| all.values().all(Value::is_string)),
        other => panic!("operators.yaml: {other} is nothing"),
    }
}

/// A number and one of these units.
fn amount(text: &str, units: &[&str]) -> bool {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    digits.parse::<f64>().is_ok() && units.contains(&&text[digits.len()..])
}

/// Whether Kubernetes itself has no schema of it.
pub(crate) fn brings(object: &Object) -> bool {
    let version = object.identity().api_version;
    let group = version.split_once('/').map_or("", |(group, _)| group);
    let is_its_own = !group.contains('.') || group.ends_with(".k8s.io");
    !is_its_own || group == "gateway.networking.k8s.io"
}

/// What is wrong with an object of an operator.
fn faults(object: &Object) -> Vec<String> {
    let identity = object.identity();
    let kind = format!("{} {}", identity.api_version, identity.kind);
    let metadata =
        json!({ "name": "text", "namespace": "text", "labels?": "texts", "annotations?": "texts" });
    let whole = json!({
        "apiVersion": "text", "kind": "text", "metadata": metadata, "spec": DEFINITIONS[&kind],
    });
    wrong(&kind, &object.value, &whole)
}

#[test]
fn what_operators_are_asked_for_is_what_their_definitions_know() {
    let mut kinds = BTreeSet::new();
    for (name, objects) in all() {
        for object in objects.iter().filter(|one| brings(one)) {
            let found = faults(object);
            assert!(
                found.is_empty(),
                "{name}: {}: {found:#?}",
                object.identity()
            );
            kinds.insert(object.kind().to_owned());
        }
    }
    let expected = [
        "Certificate",
        "Cluster",
        "ExternalSecret",
        "Gateway",
        "HTTPRoute",
        "PrometheusRule",
        "RabbitmqCluster",
        "ServiceMonitor",
    ];
    assert_eq!(kinds, expected.map(str::to_owned).into());
}

#[test]
fn what_an_operator_does_not_know_is_found() {
    let monitor = all()["service-monitors"]
        .iter()
        .find(|one| one.kind() == "ServiceMonitor")
        .unwrap();
    for (pointer, value, fault) in [
        (
            "/spec/endpoints/0/intervall",
            json!("15s"),
            "intervall is not known",
        ),
        (
            "/spec/endpoints/0/interval",
            json!("often"),
            "interval: \"often\"",
        ),
        ("/spec/endpoints", json!([]), "endpoints: []"),
        ("/spec/targetLabels", json!([1]), "targetLabels[0]: 1"),
        ("/spec/selector", Value::Null, "selector is lacking"),
        (
            "/apiVersion",
            json!("monitoring.coreos.com/v2"),
            "spec: nobody knows it",
        ),
    ] {
        let mut other = monitor.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let parent = other.value.pointer_mut(parent).unwrap();
        let parent = parent.as_object_mut().unwrap();
        if value.is_null() {
            parent.remove(key);
        } else {
            parent.insert(key.to_owned(), value);
        }
        let found = faults(&other).join("; ");
        assert!(found.contains(fault), "{fault}: {found}");
    }
}
