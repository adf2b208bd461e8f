//! The one place where identifiers get their traits.
//!
//! `identifier!` makes a type of short ASCII text and its traits; `text_traits!` gives the same traits to a type that
//! brings its own `FromStr` and `Display`; `column_traits!` of the
//! module `column` makes a text type a column.

/// Declares an identifier of at most `$max` ASCII characters.
macro_rules! identifier {
    (
        $(#[$doc:meta])*
        $name:ident[$max:literal], $privacy:ident;
        $english:literal, $term:literal, $pattern:literal, $example:literal;
        $parse:expr
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(crate::text::Text<$max>);

        impl $name {
            /// The stored form.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::Invalid;

            fn from_str(raw: &str) -> Result<Self, crate::Invalid> {
                let parse: fn(&str) -> Result<crate::text::Text<$max>, crate::Rule> = $parse;
                parse(raw).map(Self).map_err(|rule| rule.of::<Self>())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        crate::identifier::text_traits!($name, $privacy; $english, $term, $pattern, $example);
        crate::column::column_traits!($name);
    };
}

/// Description, `Debug`, serde, schema and conversions, for a type with `FromStr<Err = Invalid>` and `Display`.
/// `personal` values show only their shape in `Debug`, `public` ones show themselves.
macro_rules! text_traits {
    (
        $name:ident, $privacy:ident;
        $english:literal, $term:literal, $pattern:expr, $example:literal
        $(; canonical: $canonical:path)?
    ) => {
        impl crate::Identifier for $name {
            const ABOUT: &'static crate::About =
                &crate::About { name: $english, term: $term, pattern: $pattern, example: $example };
            $(
                fn canonical(raw: &str) -> Result<std::borrow::Cow<'_, str>, crate::Invalid> {
                    $canonical(raw)
                }
            )?
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                crate::identifier::debug!($privacy, $name, self, f)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = crate::Invalid;

            fn try_from(raw: &str) -> Result<Self, crate::Invalid> {
                raw.parse()
            }
        }

        impl TryFrom<String> for $name {
            type Error = crate::Invalid;

            fn try_from(raw: String) -> Result<Self, crate::Invalid> {
                raw.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(crate::identifier::Reader(std::marker::PhantomData))
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                crate::identifier::schema(<Self as crate::Identifier>::ABOUT)
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed(stringify!($name))
            }
        }
    };
}

macro_rules! debug {
    (personal, $name:ident, $value:expr, $f:expr) => {
        write!(
            $f,
            "{}({})",
            stringify!($name),
            crate::mask::fault::value(&$value.to_string())
        )
    };
    (public, $name:ident, $value:expr, $f:expr) => {
        write!($f, "{}({})", stringify!($name), $value)
    };
}

pub(crate) use {debug, identifier, text_traits};

use std::fmt;
use std::marker::PhantomData;

use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

use crate::{About, Identifier};

pub(crate) fn schema(about: &About) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(format!("{} ({})", about.term, about.name)))
        .pattern(Some(about.pattern))
        .examples([about.example])
        .into()
}

/// Reads any identifier from a string of any format.
pub(crate) struct Reader<T>(pub(crate) PhantomData<T>);

impl<T: Identifier> serde::de::Visitor<'_> for Reader<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a string: {} ({})", T::ABOUT.name, T::ABOUT.term)
    }

    fn visit_str<E: serde::de::Error>(self, raw: &str) -> Result<T, E> {
        raw.parse().map_err(E::custom)
    }
}
