//! What whom may see of a name or a number.
//!
//! Each system masks in its own way, so there is no mask for everything: a capability takes the module of its audience
//! and gets [`Masked`] texts, which cannot be mistaken for the values they hide.
//!
//! - [`citizen`]: a citizen signed in with registry facts only, looking at records of their own
//! - [`transcript`]: land transcripts in three classes (土地登記規則 §24-1)
//! - [`fault`]: lists of faulty rows, logs and debug output

pub mod citizen;
pub mod fault;
pub mod transcript;

use std::fmt;

use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

/// A text made fit for an audience. It can be shown and sent but not read back as what it hides.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Masked(String);

impl Masked {
    /// A value that the rules leave whole for that audience.
    #[must_use]
    pub fn whole(value: impl fmt::Display) -> Self {
        Self(value.to_string())
    }

    /// What the audience sees.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Masked {
    /// A [`Masked::whole`] one may be the value itself: only its shape is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Masked({})", fault::value(&self.0))
    }
}

impl AsRef<str> for Masked {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<Masked> for String {
    fn from(masked: Masked) -> Self {
        masked.0
    }
}

impl serde::Serialize for Masked {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl utoipa::PartialSchema for Masked {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(
                "依查詢者身分遮蔽 (masked as the caller's assurance asks)",
            ))
            .examples(["A12345****"])
            .into()
    }
}

impl utoipa::ToSchema for Masked {}

/// Keeps the first `head` and the last `tail` characters of an identifier and puts `*` for the others.
fn stars(value: &str, head: usize, tail: usize) -> Masked {
    let last = value.chars().count().saturating_sub(tail);
    Masked(
        value
            .chars()
            .enumerate()
            .map(|(at, ch)| if at < head || at >= last { ch } else { '*' })
            .collect(),
    )
}
