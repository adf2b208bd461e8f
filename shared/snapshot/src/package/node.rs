//! A value of `datapackage.json` together with the place it stands at.

use serde_json::Value;

use crate::fault::Fault;

/// The file that describes a package.
pub(crate) const DESCRIPTOR: &str = "datapackage.json";

/// A JSON value and its pointer (RFC 6901).
#[derive(Clone)]
pub(crate) struct Node<'a> {
    value: &'a Value,
    pointer: String,
}

impl<'a> Node<'a> {
    pub(crate) fn root(value: &'a Value) -> Self {
        Self {
            value,
            pointer: String::new(),
        }
    }

    pub(crate) fn value(&self) -> &'a Value {
        self.value
    }

    /// Where the value stands, as `datapackage.json#/resources/0/path`.
    pub(crate) fn place(&self) -> String {
        format!("{DESCRIPTOR}#{}", self.pointer)
    }

    pub(crate) fn fault(&self, rule: &'static str, expected: impl Into<Box<str>>) -> Fault {
        let fault = Fault::of_file(self.place(), rule, expected);
        match self.value {
            Value::Object(_) | Value::Array(_) => fault,
            Value::String(text) => fault.quoting(text),
            other => fault.quoting(&other.to_string()),
        }
    }

    fn below(&self, step: &str, value: &'a Value) -> Self {
        let step = step.replace('~', "~0").replace('/', "~1");
        Self {
            value,
            pointer: format!("{}/{step}", self.pointer),
        }
    }

    /// A member that may be missing; `null` is not the same as missing.
    pub(crate) fn get(&self, name: &str) -> Option<Self> {
        self.value.get(name).map(|value| self.below(name, value))
    }

    /// A member that must be there.
    pub(crate) fn require(&self, name: &str) -> Result<Self, Fault> {
        self.get(name).ok_or_else(|| {
            let place = format!("{}/{name}", self.place());
            Fault::of_file(place, "missing-member", format!("the member `{name}`"))
        })
    }

    pub(crate) fn members(&self) -> Result<Vec<(&'a str, Self)>, Fault> {
        let Value::Object(map) = self.value else {
            return Err(self.fault("json-type", "an object"));
        };
        Ok(map
            .iter()
            .map(|(name, value)| (name.as_str(), self.below(name, value)))
            .collect())
    }

    pub(crate) fn items(&self) -> Result<Vec<Self>, Fault> {
        let Value::Array(list) = self.value else {
            return Err(self.fault("json-type", "a list"));
        };
        Ok(list
            .iter()
            .enumerate()
            .map(|(at, value)| self.below(&at.to_string(), value))
            .collect())
    }

    pub(crate) fn text(&self) -> Result<&'a str, Fault> {
        self.value
            .as_str()
            .ok_or_else(|| self.fault("json-type", "a string"))
    }

    pub(crate) fn flag(&self) -> Result<bool, Fault> {
        self.value
            .as_bool()
            .ok_or_else(|| self.fault("json-type", "true or false"))
    }

    /// A whole number that also fits the databases' signed 64 bits.
    pub(crate) fn count(&self) -> Result<u64, Fault> {
        let number = self.value.as_u64().filter(|n| i64::try_from(*n).is_ok());
        number.ok_or_else(|| self.fault("json-type", "a whole number from 0 to 2^63-1"))
    }

    /// A list of texts, or one text standing for a list of one.
    pub(crate) fn texts(&self) -> Result<Vec<String>, Fault> {
        if let Value::String(text) = self.value {
            return Ok(vec![text.clone()]);
        }
        self.items()?
            .iter()
            .map(|item| item.text().map(str::to_owned))
            .collect()
    }
}
