//! One operation: what is needed to decide on a request and to log it, worked out once.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::http::Method;
use serde_json::Value;
use uuid::Uuid;

use super::document::{DeclaredOperation, Document, Parameter};
use super::measures::Measures;
use super::schema;

/// An operation of a service.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) service: Arc<str>,
    /// `operationId`: the action in policies.
    pub(crate) id: String,
    /// The first tag: the kind of resource in policies.
    pub(crate) resource: String,
    /// The path with its parameters' names: what logs and metrics show in place of the path.
    pub(crate) template: String,
    pub(crate) method: Method,
    /// The parameter of the path that names a person.
    pub(crate) subject_parameter: Option<String>,
    /// The parameters of the path that are UUIDs.
    uuid_parameters: Vec<String>,
    /// The fields of the answer, for the log of lookups.
    pub(crate) fields: Vec<String>,
    /// Media types of the body; none where there is no body.
    pub(crate) media_types: Vec<String>,
    /// The longest body in bytes, where it is not the usual one.
    pub(crate) body_bytes: Option<usize>,
    /// Whether no policy is asked: what every client must read before it can sign in.
    pub(crate) is_public: bool,
    pub(crate) measures: Measures,
}

/// Path parameters that name a person.
const SUBJECT_PARAMETERS: [&str; 3] = ["national_id", "person_id", "ui_no"];

impl Operation {
    pub(super) fn all_of(
        service: &Arc<str>,
        template: &str,
        item: &BTreeMap<String, Value>,
        document: &Document,
    ) -> Result<Vec<Arc<Self>>, String> {
        let mut operations = Vec::new();
        for (name, value) in item {
            let Some(method) = method(name) else { continue };
            let declared = DeclaredOperation::deserialize_from(value)
                .map_err(|error| format!("{name} {template}: {error}"))?;
            operations.push(Arc::new(Self::of(
                service, template, method, declared, document,
            )?));
        }
        Ok(operations)
    }

    fn of(
        service: &Arc<str>,
        template: &str,
        method: Method,
        declared: DeclaredOperation,
        document: &Document,
    ) -> Result<Self, String> {
        let resource = declared.tags.first().cloned();
        let fields = declared.success_schema().map(|answer| {
            let record = schema::record(answer, &document.components);
            schema::fields(record, &document.components)
                .into_iter()
                .map(|field| field.name)
                .collect()
        });
        let is_uuid = |parameter: &&Parameter| {
            parameter.place == "path" && parameter.schema["format"] == "uuid"
        };
        let uuids = declared.parameters.iter().filter(is_uuid);
        let names_person = |name: &&str| template.contains(&format!("{{{name}}}"));
        Ok(Self {
            measures: Measures::new(service, &declared.operation_id),
            is_public: false,
            service: service.clone(),
            resource: resource
                .ok_or_else(|| format!("{template}: {} has no tag", declared.operation_id))?,
            subject_parameter: SUBJECT_PARAMETERS
                .iter()
                .find(|name| names_person(name))
                .map(|&name| name.to_owned()),
            uuid_parameters: uuids.map(|parameter| parameter.name.clone()).collect(),
            fields: fields.unwrap_or_default(),
            media_types: declared
                .request_body
                .map(|body| body.content.into_keys().collect())
                .unwrap_or_default(),
            body_bytes: declared.body_bytes,
            id: declared.operation_id,
            template: template.to_owned(),
            method,
        })
    }

    /// A document that anybody reads, at a path of its own.
    pub(super) fn public(service: &Arc<str>, id: &str, path: &str) -> Arc<Self> {
        Arc::new(Self {
            service: service.clone(),
            id: id.to_owned(),
            resource: "metadata".to_owned(),
            template: path.to_owned(),
            method: Method::GET,
            subject_parameter: None,
            uuid_parameters: Vec::new(),
            fields: Vec::new(),
            media_types: Vec::new(),
            body_bytes: None,
            is_public: true,
            measures: Measures::new(service, id),
        })
    }

    /// Whether it answers `method`; `HEAD` wherever `GET` is (RFC 9110 §9.3.2).
    pub(super) fn answers(&self, method: &Method) -> bool {
        self.method == *method || (*method == Method::HEAD && self.method == Method::GET)
    }

    /// Whether a path with these values could be there at all: `POST …/applications/no-such-kind` is no application that
    /// takes other methods.
    pub(super) fn could_be_at(&self, values: &matchit::Params<'_, '_>) -> bool {
        let mut uuids = self.uuid_parameters.iter();
        uuids.all(|name| {
            values
                .get(name)
                .is_some_and(|value| value.parse::<Uuid>().is_ok())
        })
    }

    /// Whether a body of `content_type` is taken.
    pub(crate) fn takes(&self, content_type: &str) -> bool {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        self.media_types
            .iter()
            .any(|media_type| media_type.eq_ignore_ascii_case(essence))
    }
}

impl DeclaredOperation {
    pub(crate) fn deserialize_from(value: &Value) -> Result<Self, serde_json::Error> {
        serde::Deserialize::deserialize(value)
    }
}

/// The method of a path item's member; `None` for members that are not operations.
pub(crate) fn method(member: &str) -> Option<Method> {
    match member {
        "get" => Some(Method::GET),
        "put" => Some(Method::PUT),
        "post" => Some(Method::POST),
        "delete" => Some(Method::DELETE),
        "patch" => Some(Method::PATCH),
        _ => None,
    }
}
