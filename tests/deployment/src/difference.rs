//! What has to be done to one object to make it another (RFC 6902).

use serde_json::{Value, json};

/// The operations, in order.
pub(crate) fn operations(from: &Value, to: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    walk("", from, to, &mut found);
    found
}

fn walk(path: &str, from: &Value, to: &Value, found: &mut Vec<Value>) {
    match (from, to) {
        _ if from == to => {}
        (Value::Object(old), Value::Object(new)) => {
            for key in old.keys().filter(|key| !new.contains_key(*key)) {
                found.push(json!({ "op": "remove", "path": below(path, key) }));
            }
            for (key, value) in new {
                let at = below(path, key);
                match old.get(key) {
                    Some(before) => walk(&at, before, value, found),
                    None => found.push(json!({ "op": "add", "path": at, "value": value })),
                }
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (number, (before, after)) in old.iter().zip(new).enumerate() {
                walk(&below(path, &number.to_string()), before, after, found);
            }
        }
        _ => found.push(json!({ "op": "replace", "path": path, "value": to })),
    }
}

fn below(path: &str, key: &str) -> String {
    format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::operations;

    #[test]
    fn only_what_differs_is_touched() {
        let from = json!({ "a": 1, "b": { "x/y": [1, 2] }, "c": true });
        let to = json!({ "a": 1, "b": { "x/y": [1, 3], "z": [] } });
        assert_eq!(
            operations(&from, &to),
            [
                json!({ "op": "remove", "path": "/c" }),
                json!({ "op": "replace", "path": "/b/x~1y/1", "value": 3 }),
                json!({ "op": "add", "path": "/b/z", "value": [] }),
            ]
        );
        assert!(operations(&to, &to).is_empty());
    }
}
