//! The types a column may have, and how the text of a cell becomes a value of them.

mod date;
mod exact;
mod identifier;
mod number;
mod text;
mod timestamp;

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

pub use date::DateForms;
pub use exact::Exact;
#[doc(hidden)]
pub use text::stored;
pub(crate) use timestamp::YEARS;

/// What a database stores in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Text, ordered by its bytes.
    Text,
    /// 32-bit integer.
    Integer,
    /// 64-bit integer.
    BigInteger,
    /// True or false.
    Boolean,
    /// A day.
    Date,
    /// An exact decimal number.
    Decimal,
    /// An instant, stored in UTC.
    Timestamp,
}

/// A value on its way from a package into a database.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    /// No value.
    Null,
    /// Text, borrowed from the part wherever it is stored as it was written.
    Text(Cow<'a, str>),
    /// An integer.
    Integer(i64),
    /// True or false.
    Boolean(bool),
    /// A day.
    Date(NaiveDate),
    /// An exact decimal number.
    Decimal(Decimal),
    /// An instant.
    Timestamp(DateTime<Utc>),
}

/// How the package writes the values of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Format {
    /// Which forms of a date are accepted.
    pub date: DateForms,
    /// Texts that mean true.
    pub true_values: Vec<String>,
    /// Texts that mean false.
    pub false_values: Vec<String>,
}

impl Default for Format {
    /// What Frictionless takes when a schema says nothing.
    fn default() -> Self {
        let texts = |all: [&str; 4]| all.map(str::to_owned).to_vec();
        Self {
            date: DateForms::ByShape,
            true_values: texts(["true", "True", "TRUE", "1"]),
            false_values: texts(["false", "False", "FALSE", "0"]),
        }
    }
}

/// A cell that breaks a rule. It never holds the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// The rule, in kebab case.
    pub rule: &'static str,
    /// What would have been right.
    pub expected: Cow<'static, str>,
}

impl FieldFault {
    /// A fault against `rule`.
    pub fn new(rule: &'static str, expected: impl Into<Cow<'static, str>>) -> Self {
        Self {
            rule,
            expected: expected.into(),
        }
    }
}

/// Checks and converts one cell.
pub type Parse = for<'a> fn(&'a str, &Format) -> Result<Cell<'a>, FieldFault>;

/// A Rust type that a column of an entity may have.
///
/// Implemented here for text, numbers, dates and the types of `identifiers`. A service's own type that is stored as text
/// gets it with [`text_field!`](crate::text_field).
pub trait Field {
    /// What the database stores.
    const KIND: Kind;
    /// Whether a value may be missing; only `Option` says yes.
    const NULLABLE: bool = false;

    /// Checks and converts `raw`, which is not one of the package's missing values.
    ///
    /// # Errors
    /// [`FieldFault`] naming the rule that `raw` breaks.
    fn parse<'a>(raw: &'a str, format: &Format) -> Result<Cell<'a>, FieldFault>;

    /// The text that [`Field::parse`] reads back in the default format; empty for a missing value.
    fn written(&self) -> String;
}

impl<T: Field> Field for Option<T> {
    const KIND: Kind = T::KIND;
    const NULLABLE: bool = true;

    fn parse<'a>(raw: &'a str, format: &Format) -> Result<Cell<'a>, FieldFault> {
        T::parse(raw, format)
    }

    fn written(&self) -> String {
        self.as_ref().map_or_else(String::new, T::written)
    }
}

impl Field for bool {
    const KIND: Kind = Kind::Boolean;

    fn parse<'a>(raw: &'a str, format: &Format) -> Result<Cell<'a>, FieldFault> {
        if format.true_values.iter().any(|value| value == raw) {
            Ok(Cell::Boolean(true))
        } else if format.false_values.iter().any(|value| value == raw) {
            Ok(Cell::Boolean(false))
        } else {
            Err(FieldFault::new(
                "boolean",
                format!(
                    "one of {} or {}",
                    format.true_values.join(", "),
                    format.false_values.join(", ")
                ),
            ))
        }
    }

    fn written(&self) -> String {
        self.to_string()
    }
}
