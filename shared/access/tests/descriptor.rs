//! What policies and the access log need is read from a service's OpenAPI document, or the document is refused.

use access::descriptor::Descriptor;
use serde_json::{Value, json};

fn document() -> Value {
    let json_answer =
        |schema: Value| json!({ "content": { "application/json": { "schema": schema } } });
    let person = json!({ "$ref": "#/components/schemas/PersonAnswer" });
    json!({
        "openapi": "3.1.0",
        "x-lifeboat": { "service": "echo", "system_name": "測試系統", "recovery_tier": 1, "policy": "" },
        "paths": {
            "/echo/v1/me": { "get": {
                "operationId": "own_record", "tags": ["person", "more"],
                "responses": { "404": json_answer(json!({ "properties": { "data": { "properties": { "no": {} } } } })), "200": json_answer(person) },
            } },
            "/echo/v1/persons": {
                "get": { "operationId": "persons", "tags": ["person"], "responses": { "200": json_answer(json!({
                    "properties": { "data": { "type": "array", "items": { "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/Person" }] } } }
                })) } },
                "post": { "operationId": "file", "tags": ["filing"], "responses": { "202": { "description": "Taken." } } },
            },
        },
        "components": { "schemas": {
            "PersonAnswer": { "allOf": [{ "$ref": "#/components/schemas/Meta" }, { "properties": { "data": { "$ref": "#/components/schemas/Person" } } }] },
            "Meta": { "properties": { "snapshot": {} } },
            "Person": { "properties": { "national_id": {}, "name": { "properties": { "hidden": {} } }, "parent": { "$ref": "#/components/schemas/Person" } } },
            "Endless": { "allOf": [{ "$ref": "#/components/schemas/Endless" }] },
        } },
    })
}

fn read(document: &Value) -> Result<Descriptor, String> {
    Descriptor::from_openapi(&document.to_string()).map_err(|fault| fault.to_string())
}

#[test]
fn operations_are_read_with_their_resource_and_fields() {
    let descriptor = read(&document()).unwrap();
    assert_eq!(
        (descriptor.service.as_str(), descriptor.system_name.as_str()),
        ("echo", "測試系統")
    );
    assert_eq!(descriptor.recovery_tier, Some(1));
    let me = descriptor.operation("GET", "/echo/v1/me").unwrap();
    assert_eq!(
        (me.id.as_str(), me.resource.as_str()),
        ("own_record", "person")
    );
    assert_eq!(me.fields, ["name", "national_id", "parent"]);
    assert_eq!(
        descriptor
            .operation("GET", "/echo/v1/persons")
            .unwrap()
            .fields,
        ["name", "national_id", "parent"]
    );
    assert!(
        descriptor
            .operation("POST", "/echo/v1/persons")
            .unwrap()
            .fields
            .is_empty()
    );
    assert_eq!(descriptor.operation("POST", "/echo/v1/me"), None);
}

#[test]
fn a_server_path_comes_before_the_routes() {
    let mut document = document();
    document["servers"] = json!([{ "url": "/base/" }]);
    let descriptor = read(&document).unwrap();
    assert!(descriptor.operation("GET", "/base/echo/v1/me").is_some());
    assert_eq!(
        descriptor.operation("GET", "/echo/v1/me").unwrap().path,
        "/base/echo/v1/me"
    );
}

#[test]
fn a_schema_that_refers_to_itself_ends() {
    let mut document = document();
    document["components"]["schemas"]["Person"] = json!({ "$ref": "#/components/schemas/Endless" });
    assert!(
        read(&document)
            .unwrap()
            .operation("GET", "/echo/v1/me")
            .unwrap()
            .fields
            .is_empty()
    );
}

#[test]
fn what_is_missing_or_ambiguous_is_refused() {
    for (pointer, value) in [
        ("/x-lifeboat", json!({ "service": "echo" })),
        ("/x-lifeboat/service", json!("")),
        ("/x-lifeboat/service", json!("e\"cho")),
        ("/paths", json!([])),
        ("/paths/~1echo~1v1~1me/get/operationId", Value::Null),
        (
            "/paths/~1echo~1v1~1me/get/operationId",
            json!("a\" appliesTo"),
        ),
        ("/paths/~1echo~1v1~1me/get/operationId", json!("persons")),
        ("/paths/~1echo~1v1~1me/get/tags", json!([])),
        ("/paths/~1echo~1v1~1me/get/tags/0", json!("a b")),
    ] {
        let mut document = document();
        *document.pointer_mut(pointer).unwrap() = value;
        assert!(read(&document).is_err(), "{pointer}");
    }
    for servers in [
        json!([{ "url": "/a" }, { "url": "/b" }]),
        json!([{ "url": "https://a" }]),
        json!([{}]),
    ] {
        let mut document = document();
        document["servers"] = servers;
        assert!(read(&document).is_err());
    }
    assert!(Descriptor::from_openapi("{").is_err());
}
