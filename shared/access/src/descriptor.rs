//! What a service offers, read from its OpenAPI document: operations, the kind of resource of each, the fields of its
//! answers, and who may ask, as policy text (`x-lifeboat`).

mod fields;

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::strict;

/// The methods that an OpenAPI path may have.
const METHODS: [&str; 7] = ["get", "put", "post", "delete", "patch", "head", "options"];

/// Why a document cannot be used; nothing of the kind is ever skipped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the OpenAPI document of {service}: {fault}")]
pub struct DescriptorFault {
    service: String,
    fault: String,
}

/// One operation of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// `operationId`: the action of policies.
    pub id: String,
    /// The HTTP method in upper case.
    pub method: String,
    /// The path template as the document has it.
    pub route: String,
    /// The same behind the document's server path: what callers see.
    pub path: String,
    /// The first tag: the kind of resource of policies.
    pub resource: String,
    /// The members of the successful answer's `data`, for the access log; empty where there is none.
    pub fields: Vec<String>,
}

/// One service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// The service's name, such as `household`.
    pub service: String,
    /// The original system's name (系統).
    pub system_name: String,
    /// When it is recovered: 1 first.
    pub recovery_tier: Option<u32>,
    /// Who may ask what, in Cedar.
    pub policy: String,
    /// What it offers.
    pub operations: Vec<Operation>,
}

#[derive(Deserialize)]
struct Extension {
    service: String,
    #[serde(default)]
    system_name: String,
    #[serde(default)]
    recovery_tier: Option<u32>,
    policy: String,
}

impl Descriptor {
    /// Reads an OpenAPI 3.1 document.
    ///
    /// # Errors
    /// [`DescriptorFault`], for anything that policies or the access log need and that is missing or ambiguous.
    pub fn from_openapi(text: &str) -> Result<Self, DescriptorFault> {
        let unlocated = |fault: &str| DescriptorFault {
            service: "a service".into(),
            fault: fault.into(),
        };
        let document =
            strict::object(text.as_bytes()).ok_or_else(|| unlocated("not one JSON object"))?;
        let extension = document.get("x-lifeboat").cloned().unwrap_or_default();
        let extension: Extension = serde_json::from_value(extension)
            .map_err(|_| unlocated("`x-lifeboat` must have the service and its policy"))?;
        let operations = operations(&document).map_err(|fault| DescriptorFault {
            service: extension.service.clone(),
            fault,
        })?;
        if !is_name(&extension.service) {
            return Err(unlocated(
                "the service's name must be letters, digits, '-' and '_'",
            ));
        }
        Ok(Self {
            service: extension.service,
            system_name: extension.system_name,
            recovery_tier: extension.recovery_tier,
            policy: extension.policy,
            operations,
        })
    }

    /// The operation of that method at that path template, with or without the server's path before it.
    #[must_use]
    pub fn operation(&self, method: &str, template: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| {
            operation.method == method
                && (operation.path == template || operation.route == template)
        })
    }
}

fn operations(document: &Map<String, Value>) -> Result<Vec<Operation>, String> {
    let base = server_path(document)?;
    let paths = document
        .get("paths")
        .and_then(Value::as_object)
        .ok_or("no `paths`")?;
    let mut names = BTreeSet::new();
    let mut found = Vec::new();
    for (route, item) in paths {
        if !route.starts_with('/') {
            return Err(format!("the path {route} does not begin with '/'"));
        }
        let item = item
            .as_object()
            .ok_or_else(|| format!("the path {route} is not an object"))?;
        for (method, operation) in item
            .iter()
            .filter(|(member, _)| METHODS.contains(&member.as_str()))
        {
            let located = |what: &str| format!("{} {route}: {what}", method.to_ascii_uppercase());
            let id = operation.get("operationId").and_then(Value::as_str);
            let id = id
                .filter(|id| is_name(id))
                .ok_or_else(|| located("no usable operationId"))?;
            let tag = operation
                .get("tags")
                .and_then(|tags| tags.get(0))
                .and_then(Value::as_str);
            let tag = tag
                .filter(|tag| is_name(tag))
                .ok_or_else(|| located("no usable first tag"))?;
            if !names.insert(id) {
                return Err(located("its operationId is another's too"));
            }
            found.push(Operation {
                id: id.to_owned(),
                method: method.to_ascii_uppercase(),
                route: route.clone(),
                path: format!("{base}{route}"),
                resource: tag.to_owned(),
                fields: fields::of_answer(document, operation),
            });
        }
    }
    Ok(found)
}

/// The path of the only server that the document names; empty where it names none.
fn server_path(document: &Map<String, Value>) -> Result<String, String> {
    let Some(servers) = document.get("servers").and_then(Value::as_array) else {
        return Ok(String::new());
    };
    match servers.as_slice() {
        [] => Ok(String::new()),
        [server] => {
            let url = server
                .get("url")
                .and_then(Value::as_str)
                .ok_or("a server without `url`")?;
            let relative = url.starts_with('/') && !url.contains(['{', '?', '#']);
            let path = url.trim_end_matches('/').to_owned();
            if relative {
                Ok(path)
            } else {
                Err(format!("the server {url} is not a plain path"))
            }
        }
        _ => Err("more than one server".into()),
    }
}

/// Names that need no escaping in policies, paths and logs.
fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !name.is_empty() && name.bytes().all(plain)
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}
