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
    for document in documents(stream) {
        let parse = |text: &str| {
            Value::deserialize(serde_norway::Deserializer::from_str(text))
                .map_err(|error| format!("{error} in:\n{text}"))
        };
        let value = parse(&document)?;
        if value.is_null() {
            continue;
        }
        let text = tidy(&document);
        if parse(&text)? != value {
            return Err(format!("other content without spaces at ends of lines:\n{text}").into());
        }
        let object = Object { text, value };
        if object.kind().is_empty() || object.name().is_empty() {
            return Err(format!("neither kind nor name:\n{}", object.text).into());
        }
        objects.push(object);
    }
    Ok(objects)
}

/// The documents of a stream: three hyphens where a line begins are never content.
fn documents(stream: &str) -> Vec<String> {
    let mut documents = vec![String::new()];
    for line in stream.split_inclusive('\n') {
        if line.trim_end() == "---" {
            documents.push(String::new());
        } else if let Some(last) = documents.last_mut() {
            last.push_str(line);
        }
    }
    documents
}

/// Without Helm's remark, spaces in empty lines, and empty lines at both ends. Empty lines between others may be content, and stay.
fn tidy(document: &str) -> String {
    let lines: Vec<&str> = document
        .lines()
        .filter(|line| !line.starts_with("# Source: "))
        .map(|line| if line.trim().is_empty() { "" } else { line })
        .collect();
    format!("{}\n", lines.join("\n").trim_matches('\n'))
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

#[cfg(test)]
mod tests {
    use super::read;

    const STREAM: &str = "\
---
# Source: lifeboat/templates/a.yaml

kind: ConfigMap
metadata: {name: a}
data:
  service.toml: |
    [one]
    a = 1
    \n    [two]
    b = \"\"\"
    ---
    # Source: none\"\"\"

---
---
kind: Secret
metadata: {name: b}
";

    #[test]
    fn what_is_in_a_text_stays_as_it_is() {
        let objects = read(STREAM).unwrap();
        let [config, secret] = &objects[..] else {
            panic!("{objects:?}")
        };
        assert_eq!(
            config.value["data"]["service.toml"],
            "[one]\na = 1\n\n[two]\nb = \"\"\"\n---\n# Source: none\"\"\"\n"
        );
        assert!(config.text.starts_with("kind: ConfigMap\n"));
        assert!(config.text.contains("a = 1\n\n    [two]"));
        assert_eq!(secret.text, "kind: Secret\nmetadata: {name: b}\n");
        let again = read(&config.text).unwrap();
        assert_eq!(again[0].value, config.value);
        assert_eq!(again[0].text, config.text);
    }
}
