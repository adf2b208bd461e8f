//! The names of the fields that an answer's `data` can have, found through references and alternatives.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Deeper than any honest schema.
const DEPTH: usize = 16;

/// The members of `data` (or of each element, where it is a list) in the first successful answer that is JSON.
pub(super) fn of_answer(document: &Map<String, Value>, operation: &Value) -> Vec<String> {
    let answers = operation.get("responses").and_then(Value::as_object);
    let mut answers = answers
        .into_iter()
        .flatten()
        .filter(|(status, _)| status.starts_with('2'));
    let schema =
        answers.find_map(|(_, answer)| answer.pointer("/content/application~1json/schema"));
    let data = schema
        .map(|schema| member(document, schema, "data", DEPTH))
        .unwrap_or_default();
    let mut names = BTreeSet::new();
    for schema in data {
        collect(document, schema, &mut names, DEPTH);
    }
    names.into_iter().collect()
}

/// The schemas that `name` has in any alternative of `schema`.
fn member<'a>(
    document: &'a Map<String, Value>,
    schema: &'a Value,
    name: &str,
    depth: usize,
) -> Vec<&'a Value> {
    let Some(depth) = depth.checked_sub(1) else {
        return Vec::new();
    };
    let own = schema
        .get("properties")
        .and_then(|properties| properties.get(name));
    let inner = parts(document, schema)
        .into_iter()
        .flat_map(|part| member(document, part, name, depth));
    own.into_iter().chain(inner).collect()
}

fn collect(
    document: &Map<String, Value>,
    schema: &Value,
    names: &mut BTreeSet<String>,
    depth: usize,
) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    let own = schema.get("properties").and_then(Value::as_object);
    names.extend(
        own.into_iter()
            .flat_map(|properties| properties.keys().cloned()),
    );
    for part in parts(document, schema)
        .into_iter()
        .chain(schema.get("items"))
    {
        collect(document, part, names, depth);
    }
}

/// What a schema refers to or is put together from.
fn parts<'a>(document: &'a Map<String, Value>, schema: &'a Value) -> Vec<&'a Value> {
    let reference = schema.get("$ref").and_then(Value::as_str);
    let name = reference.and_then(|reference| reference.strip_prefix("#/components/schemas/"));
    let schemas = document
        .get("components")
        .and_then(|components| components.get("schemas"));
    let referred = name.and_then(|name| schemas?.get(name));
    let composed = ["allOf", "anyOf", "oneOf"]
        .into_iter()
        .filter_map(|key| schema.get(key)?.as_array())
        .flatten();
    referred.into_iter().chain(composed).collect()
}
