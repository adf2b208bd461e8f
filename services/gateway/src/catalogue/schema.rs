//! Reads the fields of an answer out of its schema.

use serde_json::Value;

use super::document::Components;

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) required: bool,
    pub(crate) description: String,
}

/// The schema that `schema` refers to, through `$ref` and single-member `allOf`/`oneOf` (with null), in a few steps.
pub(crate) fn resolve<'a>(schema: &'a Value, components: &'a Components) -> &'a Value {
    steps(schema, components).last().unwrap_or(schema)
}

/// `schema`, then what it refers to, and so on; bounded, since references may go in circles.
fn steps<'a>(
    schema: &'a Value,
    components: &'a Components,
) -> impl Iterator<Item = &'a Value> + use<'a> {
    std::iter::successors(Some(schema), |at| next(at, components)).take(9)
}

fn next<'a>(at: &'a Value, components: &'a Components) -> Option<&'a Value> {
    let referred = at.get("$ref").and_then(Value::as_str).and_then(|name| {
        components
            .schemas
            .get(name.strip_prefix("#/components/schemas/")?)
    });
    let wrapped = || {
        let options = ["allOf", "oneOf", "anyOf"]
            .iter()
            .find_map(|key| at.get(key))?
            .as_array()?;
        options
            .iter()
            .find(|option| option.get("type").is_none_or(|kind| kind != "null"))
    };
    referred.or_else(wrapped)
}

/// The schema of what an answer is about: one item of `data`, or the whole where there is no `data`.
pub(crate) fn record<'a>(answer: &'a Value, components: &'a Components) -> &'a Value {
    let whole = resolve(answer, components);
    let data = whole
        .get("properties")
        .and_then(|members| members.get("data"))
        .map_or(whole, |data| resolve(data, components));
    data.get("items")
        .map_or(data, |item| resolve(item, components))
}

/// The fields of an object's schema, in the document's order.
pub(crate) fn fields(schema: &Value, components: &Components) -> Vec<Field> {
    let object = resolve(schema, components);
    let required: Vec<&str> = object
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let members = object.get("properties").and_then(Value::as_object);
    let described = members.into_iter().flatten().map(|(name, schema)| Field {
        name: name.clone(),
        kind: kind(schema, components),
        required: required.contains(&name.as_str()),
        // The words nearest to the field say what it means here; those of the type only what it is.
        description: steps(schema, components)
            .find_map(|schema| text(schema, "description"))
            .unwrap_or_default(),
    });
    described.collect()
}

fn text(schema: &Value, key: &str) -> Option<String> {
    schema.get(key).and_then(Value::as_str).map(str::to_owned)
}

/// A schema's type in words: `string (date)`, `array of object`.
fn kind(schema: &Value, components: &Components) -> String {
    let schema = resolve(schema, components);
    let name = match schema.get("type") {
        Some(Value::String(name)) => name.clone(),
        Some(Value::Array(names)) => names
            .iter()
            .filter_map(Value::as_str)
            .filter(|name| *name != "null")
            .collect::<Vec<_>>()
            .join(" or "),
        _ => "any".to_owned(),
    };
    if let Some(item) = schema.get("items") {
        return format!("{name} of {}", kind(item, components));
    }
    match text(schema, "format") {
        Some(format) => format!("{name} ({format})"),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_through_references_lists_and_nullable_wrappers() {
        let components: Components = serde_json::from_value(serde_json::json!({"schemas": {
            "Answer": {"type": "object", "properties": {"data": {"type": "array", "items": {"$ref": "#/components/schemas/Person"}}}},
            "Person": {"type": "object", "required": ["name"], "properties": {
                "name": {"type": "string", "description": "Name. 姓名"},
                "died": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Date", "description": "死亡日期"}]},
                "born": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Date"}]}}},
            "Date": {"type": "string", "format": "date", "description": "A day."}
        }}))
        .unwrap();
        let answer = serde_json::json!({"$ref": "#/components/schemas/Answer"});
        let fields = fields(record(&answer, &components), &components);
        let died = fields.iter().find(|field| field.name == "died").unwrap();
        assert_eq!(died.description, "死亡日期", "the field's own words win");
        let born = fields.iter().find(|field| field.name == "born").unwrap();
        assert_eq!(
            (born.kind.as_str(), born.required, born.description.as_str()),
            ("string (date)", false, "A day.")
        );
        assert!(fields.iter().any(|field| field.name == "name"
            && field.required
            && field.description == "Name. 姓名"));
    }

    #[test]
    fn a_schema_that_refers_to_itself_ends() {
        let components: Components = serde_json::from_value(
            serde_json::json!({"schemas": {"A": {"$ref": "#/components/schemas/A"}}}),
        )
        .unwrap();
        assert!(
            fields(
                &serde_json::json!({"$ref": "#/components/schemas/A"}),
                &components
            )
            .is_empty()
        );
    }
}
