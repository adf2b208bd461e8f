//! `datapackage.json` as JSON that has exactly one reading.
//!
//! Most readers take the last of two members of one name, some the first: a person and this program could see different packages
//! behind one signature. So a member given twice is a fault, and it is said where.

use runtime::strict::Strict;
use serde_json::Value;

use crate::fault::Fault;
use crate::package::node::DESCRIPTOR;

/// Reads the description of a package.
pub(super) fn value(bytes: &[u8]) -> Result<Value, Fault> {
    match serde_json::from_slice::<Strict>(bytes) {
        Ok(Strict(value)) => Ok(value),
        Err(error) => Err(fault(&error)),
    }
}

fn fault(error: &serde_json::Error) -> Fault {
    let line = u64::try_from(error.line()).unwrap_or(u64::MAX);
    let column = error.column();
    if error.is_data() {
        // Nothing else is refused here: every JSON value is a value.
        let words = error.to_string();
        let name = words.rsplit_once(" at line ").map_or("", |(name, _)| name);
        let expected = format!("every member once (again at column {column})");
        return Fault::of_line(DESCRIPTOR, line, "duplicate-member", expected).quoting(name);
    }
    let kind = if error.is_eof() {
        "it breaks off"
    } else {
        "it is not well-formed"
    };
    let expected = format!("JSON (column {column}: {kind})");
    Fault::of_line(DESCRIPTOR, line, "json", expected)
}
