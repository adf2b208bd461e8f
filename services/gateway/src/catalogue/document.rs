//! The members of an OpenAPI 3.1 document that the gateway reads.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// A service's document.
#[derive(Debug, Deserialize)]
pub(crate) struct Document {
    pub(crate) info: Info,
    #[serde(default)]
    pub(crate) servers: Vec<Server>,
    #[serde(default)]
    pub(crate) paths: BTreeMap<String, BTreeMap<String, Value>>,
    #[serde(default)]
    pub(crate) components: Components,
    #[serde(rename = "x-lifeboat")]
    pub(crate) lifeboat: Lifeboat,
}

/// What the service is called.
#[derive(Debug, Deserialize)]
pub(crate) struct Info {
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) version: String,
    #[serde(default)]
    pub(crate) description: String,
}

/// Where the paths start.
#[derive(Debug, Deserialize)]
pub(crate) struct Server {
    pub(crate) url: String,
}

/// Shared parts.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Components {
    #[serde(default)]
    pub(crate) schemas: BTreeMap<String, Value>,
}

/// This project's extension at the root of a document.
#[derive(Debug, Deserialize)]
pub(crate) struct Lifeboat {
    pub(crate) service: String,
    #[serde(default)]
    pub(crate) system_name: String,
    #[serde(default)]
    pub(crate) recovery_tier: Option<u32>,
}

/// One operation of a path.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeclaredOperation {
    pub(crate) operation_id: String,
    #[serde(default)]
    pub(crate) tags: Vec<String>,
    #[serde(default)]
    pub(crate) summary: String,
    #[serde(default)]
    pub(crate) description: String,
    #[serde(default)]
    pub(crate) parameters: Vec<Parameter>,
    #[serde(default)]
    pub(crate) request_body: Option<Content>,
    /// The longest body in bytes, where it is not the gateway's usual one.
    #[serde(default, rename = "x-body-bytes")]
    pub(crate) body_bytes: Option<usize>,
    #[serde(default)]
    pub(crate) responses: BTreeMap<String, Content>,
}

/// A parameter in path, query or header.
#[derive(Debug, Deserialize)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    #[serde(rename = "in")]
    pub(crate) place: String,
    #[serde(default)]
    pub(crate) required: bool,
    #[serde(default)]
    pub(crate) description: String,
    #[serde(default)]
    pub(crate) schema: Value,
}

/// A request body or an answer.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Content {
    #[serde(default)]
    pub(crate) description: String,
    #[serde(default)]
    pub(crate) content: BTreeMap<String, MediaType>,
}

/// One representation.
#[derive(Debug, Deserialize)]
pub(crate) struct MediaType {
    #[serde(default)]
    pub(crate) schema: Value,
}

impl DeclaredOperation {
    /// The schema of the answer when all went well.
    pub(crate) fn success_schema(&self) -> Option<&Value> {
        let success = self
            .responses
            .iter()
            .find(|(status, _)| status.starts_with('2'))?
            .1;
        success
            .content
            .get("application/json")
            .map(|media| &media.schema)
    }
}
