//! JSON and base64url that have exactly one reading.
//!
//! Two readers of the same bytes must never see different claims: a member given twice, padding, or stray bits in the
//! last character are refused, where most libraries pick one reading.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use runtime::strict::Strict;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Number, Value};

/// base64url without padding (RFC 7515 §2).
pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The same, at the end of `text`.
pub(crate) fn encode_into(bytes: &[u8], text: &mut String) {
    URL_SAFE_NO_PAD.encode_string(bytes, text);
}

/// The bytes; `None` for padding, white space, foreign characters or stray bits at the end.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// A JSON object without members given twice, at any depth.
pub(crate) fn object(bytes: &[u8]) -> Option<Map<String, Value>> {
    match serde_json::from_slice::<Strict>(bytes).ok()?.0 {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

/// Seconds since 1970 (RFC 7519 §2 `NumericDate`), whole or with a fraction that is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NumericDate(pub(crate) i64);

impl<'de> Deserialize<'de> for NumericDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Below this, every whole number is a double.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let number = Number::deserialize(deserializer)?;
        if let Some(seconds) = number.as_i64() {
            return Ok(Self(seconds));
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "dropping the fraction is what is wanted"
        )]
        match number.as_f64() {
            Some(seconds) if seconds.abs() < EXACT => Ok(Self(seconds.floor() as i64)),
            _ => Err(D::Error::custom("not a date")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_given_twice_is_refused_at_any_depth() {
        for twice in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":{"b":1,"b":2}}"#,
            r#"{"a":[{"b":1,"b":2}]}"#,
            r#"{"a":1,"\u0061":2}"#,
        ] {
            assert!(object(twice.as_bytes()).is_none(), "{twice}");
        }
    }

    #[test]
    fn one_whole_object_and_nothing_after_it() {
        assert!(object(br#"{"a":[1,-1,1.5,"x",null,true,{}]}"#).is_some());
        for wrong in [
            "",
            "[]",
            "1",
            "{}{}",
            "{} x",
            r#"{"a":1e999}"#,
            "\u{feff}{}",
        ] {
            assert!(object(wrong.as_bytes()).is_none(), "{wrong}");
        }
        assert!(object(b"{\"a\":\"\xff\"}").is_none());
        let deep = format!("{}{}", r#"{"a":"#.repeat(10_000), "}".repeat(10_000));
        assert!(object(deep.as_bytes()).is_none());
    }

    #[test]
    fn base64url_has_one_spelling() {
        assert_eq!(decode("Zg").as_deref(), Some(&b"f"[..]));
        for other in ["Zg==", "Zh", "Z", "Zg\n", " Zg", "Zm9v+A", "Zm9v/A"] {
            assert_eq!(decode(other), None, "{other}");
        }
    }

    #[test]
    fn dates_may_have_fractions_but_must_be_dates() {
        let date = |text| {
            serde_json::from_str::<NumericDate>(text)
                .ok()
                .map(|date| date.0)
        };
        assert_eq!(date("1700000000"), Some(1_700_000_000));
        assert_eq!(date("1700000000.9"), Some(1_700_000_000));
        assert_eq!(date("9223372036854775807"), Some(i64::MAX));
        for wrong in ["1e300", "18446744073709551615", "\"1\"", "null", "[]"] {
            assert_eq!(date(wrong), None, "{wrong}");
        }
    }
}
