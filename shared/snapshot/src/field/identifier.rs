//! The types of `identifiers`: stored as text in their canonical form.

use identifiers::{Invalid, Rule};

use super::{Cell, Field, FieldFault, Format, Kind, stored};

macro_rules! identifier {
    ($type:ty) => {
        impl Field for $type {
            const KIND: Kind = Kind::Text;

            fn parse<'a>(raw: &'a str, _: &Format) -> Result<Cell<'a>, FieldFault> {
                match raw.parse::<Self>() {
                    Ok(value) => Ok(Cell::Text(stored(raw, &value))),
                    Err(invalid) => Err(broken(&invalid)),
                }
            }

            fn written(&self) -> String {
                self.to_string()
            }
        }
    };
}

identifiers::for_each_column!(identifier);

fn broken(invalid: &Invalid) -> FieldFault {
    let rule = match invalid.rule() {
        Rule::Empty => "empty",
        Rule::Length => "length",
        Rule::Character(_) => "character",
        Rule::CheckDigit => "check-digit",
        Rule::Range => "range",
        Rule::NoSuchDay => "no-such-day",
        Rule::ControlCharacter(_) => "control-character",
        Rule::DashNeeded => "dash-needed",
        Rule::TooLarge => "too-large",
        _ => "form",
    };
    FieldFault::new(rule, format!("a valid {}", invalid.english()))
}
