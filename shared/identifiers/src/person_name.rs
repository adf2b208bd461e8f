//! Names of people.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use crate::column::column_traits;
use crate::identifier::text_traits;
use crate::{Invalid, Rule};

/// A person's name (姓名) as the register writes it, up to 200 characters.
///
/// Kept byte for byte: nothing is trimmed, composed, case-folded or replaced, and every character is allowed, also
/// outside the basic plane (CNS 11643), in Latin script or private use. Only emptiness and control characters are
/// refused, since no register holds them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonName(Box<str>);

impl PersonName {
    /// Longest name, in Unicode characters.
    pub const LONGEST: usize = 200;

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Checks `raw` without keeping it.
    ///
    /// # Errors
    /// [`Invalid`], naming the rule that `raw` breaks.
    pub fn check(raw: &str) -> Result<Cow<'_, str>, Invalid> {
        let rule = if raw.trim().is_empty() {
            Rule::Empty
        } else if let Some(at) = raw.chars().position(char::is_control) {
            Rule::ControlCharacter(at + 1)
        } else if raw.chars().count() > Self::LONGEST {
            Rule::Length
        } else {
            return Ok(Cow::Borrowed(raw));
        };
        Err(rule.of::<Self>())
    }
}

impl FromStr for PersonName {
    type Err = Invalid;

    fn from_str(raw: &str) -> Result<Self, Invalid> {
        Self::check(raw).map(|name| Self(name.into()))
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl AsRef<str> for PersonName {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

text_traits!(PersonName, personal; "name", "姓名", "^[^\\u0000-\\u001F\\u007F-\\u009F]{1,200}$", "王小明"; canonical: PersonName::check);
column_traits!(PersonName);
