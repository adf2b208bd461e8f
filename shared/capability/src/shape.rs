//! What is said of a query or a body of the wrong shape: which field, and why, without the names of our types.

use std::fmt::Display;

/// How `serde` begins where a field is missing, unknown or there twice; the field's name comes next.
const ABOUT_A_FIELD: [&str; 3] = ["missing field `", "unknown field `", "duplicate field `"];

/// How `serde` begins where a value is of another type, and ends in what was expected.
const ABOUT_A_TYPE: [&str; 3] = ["invalid type: ", "invalid value: ", "invalid length "];

/// What whole numbers are called inside.
const WHOLE_NUMBERS: [&str; 12] = [
    "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize",
];

/// The field an error is about, by its path. Where it is about all that was sent, that is called `whole`.
pub(crate) fn field_of<E: Display>(error: &serde_path_to_error::Error<E>, whole: &str) -> String {
    let path = error.path().to_string();
    let said = error.inner().to_string();
    let named = ABOUT_A_FIELD
        .iter()
        .find_map(|beginning| said.strip_prefix(beginning))
        .and_then(|rest| rest.split('`').next());
    let at_the_top = path == ".";
    match named {
        Some(name) if at_the_top => name.to_owned(),
        Some(name) if path != name && !path.ends_with(&format!(".{name}")) => {
            format!("{path}.{name}")
        }
        None if at_the_top => whole.to_owned(),
        _ => path,
    }
}

/// What `serde` and the parsers of values say, in words that help whoever sent it.
pub(crate) fn plainly(said: &str) -> String {
    let expected = said
        .rsplit_once(", expected ")
        .map(|(_, expected)| expected);
    if let Some(expected) = expected {
        if ABOUT_A_TYPE.iter().any(|start| said.starts_with(start)) {
            return format!("expected {}", wanted(expected));
        }
        if said.starts_with("unknown field `") {
            let known = expected.strip_prefix("one of ").unwrap_or(expected);
            return format!("unknown field; known are {known}");
        }
        if said.starts_with("unknown variant `") {
            return format!("expected {expected}");
        }
    }
    let plain = match said {
        "premature end of input"
        | "trailing input"
        | "input contains invalid characters"
        | "input is out of range"
        | "input is not enough for unique date and time"
        | "no possible date and time matching input" => "expected a date such as 2026-11-20",
        "cannot parse integer from empty string"
        | "invalid digit found in string"
        | "number too large to fit in target type"
        | "number too small to fit in target type" => "expected a whole number in range",
        "provided string was not `true` or `false`" => "expected true or false",
        _ if said.starts_with("data did not match any variant") => "of no shape that is known here",
        other => other,
    };
    plain.to_owned()
}

/// What is expected, without the names of our types.
fn wanted(expected: &str) -> &str {
    if WHOLE_NUMBERS.contains(&expected) {
        return "a whole number in range";
    }
    match expected {
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a formatted date string" => "a date such as 2026-11-20",
        "a sequence" => "a list",
        "string or map" | "variant identifier" | "field identifier" => "a string",
        "a map" => "an object",
        _ if expected.starts_with("enum ") => "a string",
        _ if expected.contains("struct ") || expected.contains("tagged enum ") => "an object",
        _ if expected.contains("tuple") => "a list",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Report {
        on: chrono::NaiveDate,
        at: String,
        count: Option<u8>,
        sure: Option<bool>,
        why: Option<Why>,
        inside: Option<Inside>,
        list: Option<Vec<Inside>>,
        claim: Option<Claim>,
    }

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Why {
        Lost,
        TornApart,
    }

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inside {
        amount: i64,
    }

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    #[serde(tag = "kind", rename_all = "kebab-case")]
    enum Claim {
        Benefit(Inside),
    }

    fn said(json: &str) -> (String, String) {
        let mut read = serde_json::Deserializer::from_str(json);
        let error = serde_path_to_error::deserialize::<_, Report>(&mut read).unwrap_err();
        let inner = error.inner();
        let place = format!(" at line {} column {}", inner.line(), inner.column());
        let said = inner.to_string();
        let said = said.strip_suffix(&place).unwrap_or(&said);
        (field_of(&error, "body"), plainly(said))
    }

    #[test]
    fn a_wrong_shape_is_told_by_field_and_in_plain_words() {
        for (json, field, detail) in [
            ("null", "body", "expected an object"),
            ("7", "body", "expected an object"),
            ("[]", "body", "expected an object"),
            ("{}", "on", "missing field `on`"),
            (r#"{"on": 5}"#, "on", "expected a date such as 2026-11-20"),
            (
                r#"{"on": "today"}"#,
                "on",
                "expected a date such as 2026-11-20",
            ),
            (r#"{"at": {}}"#, "at", "expected a string"),
            (r#"{"at": "", "at": ""}"#, "at", "duplicate field `at`"),
            (
                r#"{"count": 256}"#,
                "count",
                "expected a whole number in range",
            ),
            (
                r#"{"count": "1, expected 2"}"#,
                "count",
                "expected a whole number in range",
            ),
            (r#"{"sure": "yes"}"#, "sure", "expected true or false"),
            (
                r#"{"why": "burnt"}"#,
                "why",
                "expected `lost` or `torn-apart`",
            ),
            (r#"{"inside": []}"#, "inside", "expected an object"),
            (
                r#"{"inside": {}}"#,
                "inside.amount",
                "missing field `amount`",
            ),
            (
                r#"{"list": [{"amount": 1}, {}]}"#,
                "list[1].amount",
                "missing field `amount`",
            ),
            (r#"{"list": "none"}"#, "list", "expected a list"),
            (
                r#"{"inside": {"sum": 1}}"#,
                "inside.sum",
                "unknown field; known are `amount`",
            ),
            (r#"{"claim": 5}"#, "claim", "expected an object"),
            (r#"{"claim": {}}"#, "claim.kind", "missing field `kind`"),
            (
                r#"{"claim": {"kind": "benefit"}}"#,
                "claim.amount",
                "missing field `amount`",
            ),
        ] {
            assert_eq!(said(json), (field.to_owned(), detail.to_owned()), "{json}");
        }
        let (field, detail) = said(r#"{"colour": 1}"#);
        assert_eq!(field, "colour");
        assert!(
            detail.starts_with("unknown field; known are `on`, `at`,"),
            "{detail}"
        );
    }
}
