//! Why bytes are not the object that they should be.

use std::fmt;

/// An object, or one of its members, that breaks the format or does not prove its origin.
///
/// It names the member and never shows a value: a value may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{object}: {field}: {what}")]
pub struct ObjectFault {
    /// The kind of object, for people: "head", "keyring", "source manifest".
    pub object: &'static str,
    /// The member, or "object" where the whole is at fault.
    pub field: String,
    /// What is wrong with it.
    pub what: String,
}

impl ObjectFault {
    /// A fault of `field` of `object`.
    pub fn new(object: &'static str, field: impl Into<String>, what: impl fmt::Display) -> Self {
        Self {
            object,
            field: field.into(),
            what: what.to_string(),
        }
    }
}
