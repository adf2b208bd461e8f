//! Text, and types of a service that are stored as text.

use super::{Cell, Field, FieldFault, Format, Kind};

impl Field for String {
    const KIND: Kind = Kind::Text;

    fn parse<'a>(raw: &'a str, _: &Format) -> Result<Cell<'a>, FieldFault> {
        Ok(Cell::Text(raw.into()))
    }

    fn written(&self) -> String {
        self.clone()
    }
}

/// Makes a type that is stored as text a column of a snapshot: it needs `FromStr` (whose error, as `Display`, says what
/// would have been right without repeating the value) and `Display` (the stored form).
///
/// `snapshot::text_field!(Sex, "sex");` — the second is the name of the rule in a list of faults.
#[macro_export]
macro_rules! text_field {
    ($type:ty, $rule:literal) => {
        impl $crate::Field for $type {
            const KIND: $crate::Kind = $crate::Kind::Text;

            fn parse<'a>(
                raw: &'a str,
                _: &$crate::Format,
            ) -> Result<$crate::Cell<'a>, $crate::FieldFault> {
                match <$type as ::std::str::FromStr>::from_str(raw) {
                    Ok(value) => Ok($crate::Cell::Text($crate::stored(raw, &value))),
                    Err(error) => Err($crate::FieldFault::new($rule, error.to_string())),
                }
            }

            fn written(&self) -> ::std::string::String {
                ::std::string::ToString::to_string(self)
            }
        }
    };
}

/// The stored form of `value`, borrowed from `raw` where it is the same text.
#[doc(hidden)]
pub fn stored<'a>(raw: &'a str, value: &impl std::fmt::Display) -> std::borrow::Cow<'a, str> {
    use std::fmt::Write as _;
    let mut same = Same { rest: raw };
    if write!(same, "{value}").is_ok() && same.rest.is_empty() {
        raw.into()
    } else {
        value.to_string().into()
    }
}

/// Compares what is written to it with a text, without keeping it.
struct Same<'a> {
    rest: &'a str,
}

impl std::fmt::Write for Same<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.rest = self.rest.strip_prefix(text).ok_or(std::fmt::Error)?;
        Ok(())
    }
}
