//! `datapackage.json` as JSON that has exactly one reading.
//!
//! Most readers take the last of two members of one name, some the first: a person and this program could see different packages
//! behind one signature. So a member given twice is a fault. `access` reads tokens in the same way; this crate does not stand on
//! it, and wants to say where the member is.

use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Number, Value};

use crate::fault::Fault;
use crate::package::node::DESCRIPTOR;

/// Reads the description of a package.
pub(super) fn value(bytes: &[u8]) -> Result<Value, Fault> {
    match serde_json::from_slice::<Strict>(bytes) {
        Ok(Strict(value)) => Ok(value),
        Err(error) => Err(fault(&error)),
    }
}

fn fault(error: &serde_json::Error) -> Fault {
    let line = u64::try_from(error.line()).unwrap_or(u64::MAX);
    let column = error.column();
    if error.is_data() {
        // Nothing else is refused here: every JSON value is a value.
        let words = error.to_string();
        let name = words.rsplit_once(" at line ").map_or("", |(name, _)| name);
        let expected = format!("every member once (again at column {column})");
        return Fault::of_line(DESCRIPTOR, line, "duplicate-member", expected).quoting(name);
    }
    let kind = if error.is_eof() {
        "it breaks off"
    } else {
        "it is not well-formed"
    };
    let expected = format!("JSON (column {column}: {kind})");
    Fault::of_line(DESCRIPTOR, line, "json", expected)
}

/// A [`Value`] that refuses members given twice, at any depth.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without members given twice")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("not a number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if map.contains_key(&name) {
                // The name is all that is said: `fault` says the rest.
                return Err(A::Error::custom(name));
            }
            let Strict(value) = members.next_value()?;
            map.insert(name, value);
        }
        Ok(Value::Object(map))
    }
}
