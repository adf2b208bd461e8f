//! Manifests as text and as objects.

use std::fmt;

use serde::Deserialize as _;
use serde_json::Value;

use crate::Failure;

/// What makes two manifests the same object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    /// Such as `apps/v1`.
    pub api_version: String,
    /// Such as `Deployment`.
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// A manifest.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its text, without what Helm remarks on it.
    pub text: String,
    /// Its content.
    pub value: Value,
}

/// Reads a stream of manifests.
///
/// # Errors
/// When one is no YAML, or has no kind or name.
pub fn read(stream: &str) -> Result<Vec<Object>, Failure> {
    let mut objects = Vec::new();
    for document in format!("\n{stream}").split("\n---") {
        let lines = document
            .lines()
            .filter(|line| !line.trim().is_empty() && !line.starts_with("# Source: "));
        let text: String = lines.flat_map(|line| [line.trim_end(), "\n"]).collect();
        if text.is_empty() {
            continue;
        }
        let value = Value::deserialize(serde_norway::Deserializer::from_str(&text))
            .map_err(|error| format!("{error} in:\n{text}"))?;
        let object = Object { text, value };
        if object.kind().is_empty() || object.name().is_empty() {
            return Err(format!("neither kind nor name:\n{}", object.text).into());
        }
        objects.push(object);
    }
    Ok(objects)
}

impl Object {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.value["kind"].as_str().unwrap_or_default()
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.value["metadata"]["name"].as_str().unwrap_or_default()
    }

    /// What makes it the object that it is.
    #[must_use]
    pub fn identity(&self) -> Identity {
        Identity {
            api_version: self.value["apiVersion"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            kind: self.kind().to_owned(),
            name: self.name().to_owned(),
        }
    }

    /// Whether Helm alone knows what to do with it.
    #[must_use]
    pub fn is_hook(&self) -> bool {
        self.value["metadata"]["annotations"]
            .as_object()
            .is_some_and(|all| all.keys().any(|key| key.starts_with("helm.sh/hook")))
    }

    /// The template of its pods, for objects that have pods.
    #[must_use]
    pub fn pod(&self) -> Option<&Value> {
        let spec = &self.value["spec"];
        match self.kind() {
            "Deployment" | "StatefulSet" | "Job" => Some(&spec["template"]),
            "CronJob" => Some(&spec["jobTemplate"]["spec"]["template"]),
            "Pod" => Some(&self.value),
            _ => None,
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.kind, self.name)
    }
}

/// The object of this kind and name.
#[must_use]
pub fn find<'a>(objects: &'a [Object], kind: &str, name: &str) -> Option<&'a Object> {
    objects
        .iter()
        .find(|one| one.kind() == kind && one.name() == name)
}

/// The members of a list; nothing where there is none.
pub fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// A text that must be there.
///
/// # Errors
/// When there is something else.
pub fn text(value: &Value) -> Result<&str, Failure> {
    value
        .as_str()
        .ok_or_else(|| format!("{value} stands where a text should").into())
}

/// All containers of a pod's template, those that come first among them.
pub fn containers(template: &Value) -> impl Iterator<Item = &Value> {
    list(&template["spec"]["initContainers"]).chain(list(&template["spec"]["containers"]))
}

/// Whether labels are selected. A rule that is not known here selects nothing.
#[must_use]
pub fn selects(selector: &Value, labels: &Value) -> bool {
    let all = selector["matchLabels"].as_object().or_else(|| {
        selector
            .as_object()
            .filter(|all| all.values().all(Value::is_string))
    });
    let equal = all.is_none_or(|all| all.iter().all(|(key, value)| labels[key] == *value));
    let within = |rule: &Value| {
        let key = rule["key"].as_str().unwrap_or_default();
        rule["operator"] == "In" && list(&rule["values"]).any(|value| *value == labels[key])
    };
    equal && list(&selector["matchExpressions"]).all(within)
}
