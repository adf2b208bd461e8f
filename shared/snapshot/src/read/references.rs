//! Decimal character references in Big5 parts.
//!
//! Big5 lacks characters that names have. Exporters write them as `&#131406;` (Python's `xmlcharrefreplace`, Java's and
//! iconv's equivalents), and so they are read back here; see docs/adr on why only decimal, and only in Big5.

use std::borrow::Cow;

/// Longest reference: `&#1114111;`
const LONGEST: usize = 10;

/// A reference that names no character.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NoSuchCharacter;

/// Puts the characters in the places of their references. References to ASCII stay as they are: no exporter writes them,
/// because Big5 has all of ASCII, so such a text was typed.
pub(crate) fn resolve(text: &str) -> Result<Cow<'_, str>, NoSuchCharacter> {
    let Some(first) = text.find("&#") else {
        return Ok(Cow::Borrowed(text));
    };
    let mut out = String::with_capacity(text.len());
    out.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(at) = rest.find("&#") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match reference(rest) {
            Some((number, length)) if number >= 0x80 => {
                let Some(character) = char::from_u32(number) else {
                    return Err(NoSuchCharacter);
                };
                out.push(character);
                rest = &rest[length..];
            }
            _ => {
                out.push_str("&#");
                rest = &rest[2..];
            }
        }
    }
    out.push_str(rest);
    Ok(Cow::Owned(out))
}

/// The number of the reference that `text` begins with, and its length.
fn reference(text: &str) -> Option<(u32, usize)> {
    let end = text.bytes().take(LONGEST).position(|byte| byte == b';')?;
    let digits = text.get(2..end)?;
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    Some((digits.parse().ok()?, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_big5_lacks_come_back() {
        assert_eq!(resolve("余&#131726;英").unwrap(), "余𠊎英");
        assert_eq!(resolve("&#136729;&#149983;").unwrap(), "𡘙𤧟");
        assert_eq!(resolve("陳志明").unwrap(), "陳志明");
    }

    #[test]
    fn texts_that_only_look_like_references_stay() {
        for text in [
            "&#65;",
            "&#;",
            "&#12",
            "&#x20E;",
            "a&#b",
            "&#12345678901;",
            "&&##",
            "R&D &# 5",
        ] {
            assert_eq!(resolve(text).unwrap(), text);
        }
    }

    #[test]
    fn a_reference_to_no_character_is_refused() {
        assert_eq!(resolve("&#55296;"), Err(NoSuchCharacter));
        assert_eq!(resolve("&#1114112;"), Err(NoSuchCharacter));
    }
}
