//! What a service says of itself in its OpenAPI document, as far as decisions need it.
//!
//! An operation's `operationId` is the action in policies, its first tag the kind of resource; the policies themselves
//! stand in the root extension `x-lifeboat`. There is no second list of routes or rules.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// One service's operations and policies.
#[derive(Clone, Debug)]
pub struct Descriptor {
    /// The service's name.
    pub service: String,
    /// Its operations.
    pub operations: Vec<Operation>,
    /// Its policies, Cedar text.
    pub policy: String,
}

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// `operationId`: the action.
    pub action: String,
    /// The first tag: the kind of resource.
    pub resource: String,
    /// The method in capital letters.
    pub method: String,
    /// The path's template, below the service's prefix.
    pub path: String,
}

/// A document that does not describe a service.
#[derive(Debug, thiserror::Error)]
pub enum DescriptorFault {
    /// Not JSON, or members are missing.
    #[error("not the OpenAPI document of a service: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// An operation without a tag has no kind of resource.
    #[error("operation {0} has no tag")]
    Untagged(String),
    /// Two operations under one name could not be told apart in policies.
    #[error("operation {0} is declared twice")]
    Twice(String),
}

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "x-lifeboat")]
    lifeboat: Extension,
    #[serde(default)]
    paths: BTreeMap<String, BTreeMap<String, Value>>,
}

#[derive(Deserialize)]
struct Extension {
    service: String,
    policy: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Declared {
    operation_id: String,
    #[serde(default)]
    tags: Vec<String>,
}

/// The members of a path item that are operations (OpenAPI 3.1 §4.8.9).
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

impl Descriptor {
    /// Reads an OpenAPI document.
    ///
    /// # Errors
    /// When members are missing, or an operation has no tag or a name that another one has.
    pub fn from_openapi(json: &str) -> Result<Self, DescriptorFault> {
        let document: Document = serde_json::from_str(json)?;
        let mut operations: Vec<Operation> = Vec::new();
        for (path, item) in document.paths {
            for (method, operation) in item {
                if !METHODS.contains(&method.as_str()) {
                    continue;
                }
                let declared: Declared = serde_json::from_value(operation)?;
                let Some(resource) = declared.tags.into_iter().next() else {
                    return Err(DescriptorFault::Untagged(declared.operation_id));
                };
                if operations.iter().any(|other| other.action == declared.operation_id) {
                    return Err(DescriptorFault::Twice(declared.operation_id));
                }
                operations.push(Operation {
                    action: declared.operation_id,
                    resource,
                    method: method.to_ascii_uppercase(),
                    path: path.clone(),
                });
            }
        }
        Ok(Self { service: document.lifeboat.service, operations, policy: document.lifeboat.policy })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(operation: &str) -> String {
        format!(r#"{{"x-lifeboat":{{"service":"s","policy":"p"}},"paths":{{"/v1/a":{{"parameters":[],"get":{operation}}}}}}}"#)
    }

    #[test]
    fn operations_are_read_with_action_resource_method_and_path() {
        let read = Descriptor::from_openapi(&document(r#"{"operationId":"one","tags":["thing","more"]}"#)).unwrap();
        let operation = &read.operations[0];
        assert_eq!((read.service.as_str(), read.policy.as_str()), ("s", "p"));
        assert_eq!(operation.action, "one");
        assert_eq!(operation.resource, "thing");
        assert_eq!((operation.method.as_str(), operation.path.as_str()), ("GET", "/v1/a"));
    }

    #[test]
    fn what_decisions_need_must_be_there() {
        for broken in [
            "{}".to_owned(),
            r#"{"paths":{}}"#.to_owned(),
            document(r#"{"tags":["thing"]}"#),
            document(r#"{"operationId":"one"}"#),
        ] {
            assert!(Descriptor::from_openapi(&broken).is_err(), "{broken}");
        }
    }
}
