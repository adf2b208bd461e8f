//! Texts that nobody means: refused where they come in, so that every database answers alike.

use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate};
use serde_json::Value;

/// The years of a day in a register or a form.
const YEARS: RangeInclusive<i32> = 1..=9_999;

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is not UTF-8, or not percent-encoded as it should be.
    Encoding,
    /// A control character.
    Control,
    /// A day in a year that is none of [`YEARS`].
    Year,
}

impl Fault {
    /// What is wrong with a text in which no character may be that is `barred`.
    pub(crate) fn of(text: &str, barred: fn(char) -> bool) -> Option<Self> {
        if text.chars().any(barred) {
            return Some(Self::Control);
        }
        let day = text.parse::<NaiveDate>().ok();
        day.filter(|day| !YEARS.contains(&day.year()))
            .map(|_| Self::Year)
    }

    /// In words: English, Chinese.
    pub(crate) const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Encoding => (
                "must be UTF-8, percent-encoded",
                "須為 UTF-8 文字之百分號編碼",
            ),
            Self::Control => ("must have no control characters", "不得含有控制字元"),
            Self::Year => ("the year must be from 1 to 9999", "年份須為 1 至 9999"),
        }
    }
}

/// The texts in `value` that are at fault, each by its path, such as `losses[0].cause`.
pub(crate) fn faults(value: &Value, barred: fn(char) -> bool) -> Vec<(String, Fault)> {
    let mut found = Vec::new();
    faults_under("", value, barred, &mut found);
    found
}

fn faults_under(
    path: &str,
    value: &Value,
    barred: fn(char) -> bool,
    found: &mut Vec<(String, Fault)>,
) {
    match value {
        Value::String(text) => {
            let fault = Fault::of(text, barred);
            found.extend(fault.map(|fault| (path.to_owned(), fault)));
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                faults_under(&format!("{path}[{at}]"), item, barred, found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let dot = if path.is_empty() { "" } else { "." };
                faults_under(&format!("{path}{dot}{name}"), member, barred, found);
            }
        }
        _ => (),
    }
}

/// A name or a value of a query as it was meant; nothing where it is no UTF-8 in percent-encoding.
pub(crate) fn decoded(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => 16 * hex(rest.next()?)? + hex(rest.next()?)?,
            b'+' => b' ',
            plain => plain,
        });
    }
    String::from_utf8(bytes).ok()
}

fn hex(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_query_is_utf8_or_nothing() {
        for (part, meant) in [
            ("", ""),
            ("Lin+Mei", "Lin Mei"),
            ("%E6%9E%97%f0%a0%8a%8e", "林𠊎"),
            ("%EF%BF%BD", "\u{fffd}"),
            ("abc%00", "abc\0"),
        ] {
            assert_eq!(decoded(part).as_deref(), Some(meant), "{part}");
        }
        for broken in ["%ff", "%E6%9E", "%", "%4", "%zz", "%+1", "a%C0%80"] {
            assert_eq!(decoded(broken), None, "{broken}");
        }
    }

    #[test]
    fn control_characters_and_years_that_no_register_has_are_faults() {
        for good in [
            "",
            "臺北車站",
            "0001-01-01",
            "9999-12-31",
            "-5000",
            "2026-02-30",
        ] {
            assert_eq!(Fault::of(good, char::is_control), None, "{good}");
        }
        for bad in ["\0", "abc\0", "a\nb", "\u{7f}"] {
            assert_eq!(Fault::of(bad, char::is_control), Some(Fault::Control));
        }
        for bad in ["-5000-01-01", "0000-12-31", "+10000-01-01"] {
            assert_eq!(Fault::of(bad, char::is_control), Some(Fault::Year), "{bad}");
        }
    }

    #[test]
    fn faults_are_found_wherever_they_are() {
        let value = serde_json::json!({
            "a": "\0", "b": [1, "fine", {"c": "x\u{1}"}], "d": {"e": "-1-01-01"}, "\0": null
        });
        let found = faults(&value, char::is_control);
        let expected = [
            ("a".to_owned(), Fault::Control),
            ("b[2].c".to_owned(), Fault::Control),
            ("d.e".to_owned(), Fault::Year),
        ];
        assert_eq!(found, expected);
        assert_eq!(faults(&"\0".into(), char::is_control)[0].0, "");
    }
}
