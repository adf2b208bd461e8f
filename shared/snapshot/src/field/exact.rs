//! Exact decimal numbers, alike on both databases.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use sea_orm::sea_query::{ArrayType, ColumnType, Nullable, ValueType, ValueTypeErr};
use sea_orm::{ColIdx, DbErr, QueryResult, TryGetError, TryGetable, Value};

use super::{Cell, Field, FieldFault, Format, Kind};

/// An exact decimal number as a column of a snapshot, with the digits that the agency wrote: an area, a rate. Money is a whole
/// number instead.
///
/// PostgreSQL stores it as `numeric`. SQLite has no such type, and reads numbers as floats; there it is text, which a plain
/// [`Decimal`] cannot be read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Exact(Decimal);

impl Exact {
    /// `number` hundredths, tenths or whatever `scale` says: `new(12_550, 2)` is 125.50.
    #[must_use]
    pub fn new(number: i64, scale: u32) -> Self {
        Self(Decimal::new(number, scale))
    }

    /// For calculating.
    #[must_use]
    pub fn decimal(self) -> Decimal {
        self.0
    }
}

impl fmt::Display for Exact {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl FromStr for Exact {
    type Err = rust_decimal::Error;

    fn from_str(raw: &str) -> Result<Self, rust_decimal::Error> {
        // Refuses what it would have to round.
        Decimal::from_str_exact(raw).map(Self)
    }
}

impl serde::Serialize for Exact {
    /// As text: a JSON number is a float to most readers.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Field for Exact {
    const KIND: Kind = Kind::Decimal;

    fn parse<'a>(raw: &'a str, _: &Format) -> Result<Cell<'a>, FieldFault> {
        raw.parse::<Self>()
            .map(|number| Cell::Decimal(number.0))
            .map_err(|_| {
                FieldFault::new(
                    "number",
                    "a decimal number of at most 28 digits with a point",
                )
            })
    }

    fn written(&self) -> String {
        self.to_string()
    }
}

impl From<Exact> for Value {
    fn from(number: Exact) -> Self {
        Self::from(number.0)
    }
}

impl TryGetable for Exact {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        if row.try_as_pg_row().is_some() {
            return Decimal::try_get_by(row, index).map(Self);
        }
        let text = String::try_get_by(row, index)?;
        text.parse().map_err(|error: rust_decimal::Error| {
            TryGetError::DbErr(DbErr::TryIntoErr {
                from: "String",
                into: "Exact",
                source: std::sync::Arc::new(error),
            })
        })
    }
}

impl ValueType for Exact {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        <Decimal as ValueType>::try_from(value).map(Self)
    }

    fn type_name() -> String {
        "Exact".to_owned()
    }

    fn array_type() -> ArrayType {
        <Decimal as ValueType>::array_type()
    }

    fn column_type() -> ColumnType {
        <Decimal as ValueType>::column_type()
    }
}

impl Nullable for Exact {
    fn null() -> Value {
        <Decimal as Nullable>::null()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_stay_as_they_were_written_and_nothing_is_rounded() {
        for text in [
            "125.50",
            "0.10",
            "1000",
            "-3.1",
            "0.0000000000000000000000000001",
        ] {
            assert_eq!(text.parse::<Exact>().unwrap().to_string(), text);
        }
        for text in ["", "1e3", "1,000", "0.00000000000000000000000000001", "十"] {
            assert!(text.parse::<Exact>().is_err(), "{text}");
        }
        assert_eq!(
            serde_json::to_string(&Exact::new(12_550, 2)).unwrap(),
            "\"125.50\""
        );
    }
}
