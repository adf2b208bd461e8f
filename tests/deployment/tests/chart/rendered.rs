//! Renderings, each made once.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;

use deployment::tools::{CHECKERS, HELM, KUBECTL, Values};
use deployment::{Object, PROFILES, Tools, written};
use serde_json::Value;

/// Helm and kubectl, as `cargo xtask test` provides them.
pub(crate) fn tools() -> Tools {
    Tools {
        helm: required(HELM),
        kubectl: required(KUBECTL),
    }
}

/// A program of the checkers.
pub(crate) fn checker(name: &str) -> PathBuf {
    required(CHECKERS).join(name)
}

fn required(variable: &str) -> PathBuf {
    std::env::var_os(variable)
        .unwrap_or_else(|| panic!("{variable} is not set: run `cargo xtask test -- -p deployment`"))
        .into()
}

/// The chart as it is, every profile, every switch: by name.
pub(crate) fn all() -> &'static BTreeMap<String, Vec<Object>> {
    static MADE: OnceLock<BTreeMap<String, Vec<Object>>> = OnceLock::new();
    MADE.get_or_init(|| {
        let mut wanted = vec![("production".to_owned(), Values::default())];
        wanted.extend(PROFILES.map(|name| (name.to_owned(), Values::profile(name))));
        for (name, file) in written::switches().unwrap() {
            wanted.push((name, Values::default().and_file(&file)));
        }
        let render = |(name, values): (String, Values)| {
            let objects = tools().render(&values);
            (
                name.clone(),
                objects.unwrap_or_else(|error| panic!("{name}: {error}")),
            )
        };
        wanted.into_iter().map(render).collect()
    })
}

/// The object of this kind and name.
pub(crate) fn find<'a>(objects: &'a [Object], kind: &str, name: &str) -> Option<&'a Object> {
    objects
        .iter()
        .find(|one| one.kind() == kind && one.name() == name)
}

/// The members of a list; nothing where there is none.
pub(crate) fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// All containers of a pod's template, those that come first among them.
pub(crate) fn containers(template: &Value) -> impl Iterator<Item = &Value> {
    list(&template["spec"]["initContainers"]).chain(list(&template["spec"]["containers"]))
}

/// Whether labels are selected.
pub(crate) fn selects(selector: &Value, labels: &Value) -> bool {
    let all = selector["matchLabels"].as_object().or_else(|| {
        selector
            .as_object()
            .filter(|all| all.values().all(Value::is_string))
    });
    let equal = all.is_none_or(|all| all.iter().all(|(key, value)| labels[key] == *value));
    let within = |rule: &Value| {
        assert_eq!(rule["operator"], "In", "{rule}");
        list(&rule["values"]).any(|value| *value == labels[rule["key"].as_str().unwrap()])
    };
    equal && list(&selector["matchExpressions"]).all(within)
}
