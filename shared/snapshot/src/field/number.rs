//! Integers.

use super::{Cell, Field, FieldFault, Format, Kind};

impl Field for i32 {
    const KIND: Kind = Kind::Integer;

    fn parse<'a>(raw: &'a str, _: &Format) -> Result<Cell<'a>, FieldFault> {
        let value = raw.parse::<Self>();
        value.map(|n| Cell::Integer(n.into())).map_err(|_| {
            FieldFault::new(
                "integer",
                "a whole number between -2147483648 and 2147483647",
            )
        })
    }

    fn written(&self) -> String {
        self.to_string()
    }
}

impl Field for i64 {
    const KIND: Kind = Kind::BigInteger;

    fn parse<'a>(raw: &'a str, _: &Format) -> Result<Cell<'a>, FieldFault> {
        let value = raw.parse::<Self>();
        value
            .map(Cell::Integer)
            .map_err(|_| FieldFault::new("integer", "a whole number of 64 bits"))
    }

    fn written(&self) -> String {
        self.to_string()
    }
}
