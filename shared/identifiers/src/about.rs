//! What an identifier says of itself, once, for errors, schemas and forms.

use std::borrow::Cow;
use std::fmt::{self, Display, Write};
use std::str::FromStr;

use crate::Invalid;

/// What an identifier is called and looks like.
#[derive(Debug, PartialEq, Eq)]
pub struct About {
    /// English name, as in a sentence: `national ID`.
    pub name: &'static str,
    /// The term of the agencies: `國民身分證統一編號`.
    pub term: &'static str,
    /// Regular expression (ECMA 262) of the stored form. Check digits are beyond it.
    pub pattern: &'static str,
    /// A well-formed, invented value.
    pub example: &'static str,
}

/// A parsed value that is stored and sent as text.
pub trait Identifier: FromStr<Err = Invalid> + Display {
    /// What it is called and looks like.
    const ABOUT: &'static About;

    /// The stored form of `raw`, borrowed where `raw` already is in that form.
    ///
    /// # Errors
    /// [`Invalid`], naming the rule that `raw` breaks.
    fn canonical(raw: &str) -> Result<Cow<'_, str>, Invalid> {
        let value = raw.parse::<Self>()?;
        let mut rest = Rest(raw);
        let same = write!(rest, "{value}").is_ok() && rest.0.is_empty();
        Ok(if same {
            Cow::Borrowed(raw)
        } else {
            Cow::Owned(value.to_string())
        })
    }
}

/// Takes what is written off the front of a text: compares without building the other one.
struct Rest<'a>(&'a str);

impl Write for Rest<'_> {
    fn write_str(&mut self, written: &str) -> fmt::Result {
        self.0 = self.0.strip_prefix(written).ok_or(fmt::Error)?;
        Ok(())
    }
}
