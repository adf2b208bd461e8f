//! What people write in their own words.

use std::borrow::Cow;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A text of `LEAST` to `MOST` characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Text<const LEAST: usize, const MOST: usize>(String);

impl<const LEAST: usize, const MOST: usize> Text<LEAST, MOST> {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de, const LEAST: usize, const MOST: usize> Deserialize<'de> for Text<LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if (LEAST..=MOST).contains(&text.chars().count()) {
            return Ok(Self(text));
        }
        let wanted = format!("must have {LEAST} to {MOST} characters");
        Err(D::Error::custom(wanted))
    }
}

impl<const LEAST: usize, const MOST: usize> PartialSchema for Text<LEAST, MOST> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(LEAST))
            .max_length(Some(MOST))
            .into()
    }
}

impl<const LEAST: usize, const MOST: usize> ToSchema for Text<LEAST, MOST> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("Text{LEAST}To{MOST}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_count_and_not_bytes() {
        let read = |text: &str| serde_json::from_value::<Text<2, 3>>(text.into());
        for good in ["門牌", "門牌號", "abc"] {
            assert_eq!(read(good).unwrap().as_str(), good);
        }
        for bad in ["", "門", "福隆街1", "abcd"] {
            let said = read(bad).unwrap_err().to_string();
            assert_eq!(said, "must have 2 to 3 characters", "{bad}");
        }
    }
}
