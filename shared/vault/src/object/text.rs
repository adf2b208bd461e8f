//! Bytes as text, strictly: lower-case hex, and base64 with padding (RFC 4648 §4).

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use zeroize::Zeroizing;

/// Lower-case hexadecimal digits of `bytes`.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

/// The bytes of lower-case hexadecimal digits; none if there is anything else in them.
#[must_use]
pub fn from_hex(digits: &str) -> Option<Vec<u8>> {
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits
        .as_bytes()
        .chunks_exact(2)
        .map(|pair| Some(nibble(pair[0])? << 4 | nibble(pair[1])?))
        .collect()
}

/// The N bytes of exactly 2·N lower-case hexadecimal digits.
#[must_use]
pub fn array_from_hex<const N: usize>(digits: &str) -> Option<[u8; N]> {
    if digits.len() != 2 * N {
        return None;
    }
    let bytes = Zeroizing::new(from_hex(digits)?);
    bytes.as_slice().try_into().ok()
}

const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// Base64 of `bytes`.
#[must_use]
pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The bytes of base64 text, if it is exactly what [`base64`] makes of them.
#[must_use]
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// A serde form for bytes in JSON: base64.
pub(crate) mod as_base64 {
    use super::{Deserialize, Deserializer, Serializer, de};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&super::base64(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        super::from_base64(&text).ok_or_else(|| de::Error::custom("not base64 with padding"))
    }
}

/// A serde form for times: RFC 3339 in UTC, ending in `Z`.
pub(crate) mod as_utc {
    use chrono::{DateTime, SecondsFormat, Utc};

    use super::{Deserialize, Deserializer, Serializer, de};

    pub(crate) fn serialize<S: Serializer>(time: &DateTime<Utc>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&time.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<DateTime<Utc>, D::Error> {
        let text = String::deserialize(from)?;
        DateTime::parse_from_rfc3339(&text)
            .ok()
            .filter(|_| text.ends_with('Z'))
            .map(|time| time.to_utc())
            .ok_or_else(|| de::Error::custom("not a time of RFC 3339 in UTC"))
    }

    /// The same for a time that may be null and must be there.
    pub(crate) mod nullable {
        use super::{DateTime, Deserialize, Deserializer, Serializer, Utc};

        #[derive(Deserialize)]
        #[serde(transparent)]
        struct Time(#[serde(with = "super")] DateTime<Utc>);

        #[expect(clippy::ref_option, reason = "serde calls it so")]
        pub(crate) fn serialize<S: Serializer>(
            time: &Option<DateTime<Utc>>,
            to: S,
        ) -> Result<S::Ok, S::Error> {
            match time {
                Some(time) => super::serialize(time, to),
                None => to.serialize_none(),
            }
        }

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
            from: D,
        ) -> Result<Option<DateTime<Utc>>, D::Error> {
            Ok(Option::<Time>::deserialize(from)?.map(|time| time.0))
        }
    }
}

/// 32 secret bytes, in JSON as hex; wiped when dropped.
#[derive(Clone)]
pub(crate) struct SecretHex(pub(crate) Zeroizing<[u8; 32]>);

impl Serialize for SecretHex {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&Zeroizing::new(hex(&*self.0)))
    }
}

impl<'de> Deserialize<'de> for SecretHex {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let digits = Zeroizing::new(String::deserialize(from)?);
        array_from_hex(&digits)
            .map(|bytes| Self(Zeroizing::new(bytes)))
            .ok_or_else(|| de::Error::custom("not 64 lower-case hexadecimal digits"))
    }
}

/// A serde form for a member that may be null and must be there.
pub(crate) fn nullable<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(from)
}

/// The bytes of `value` as a JSON object of this format.
pub(crate) fn to_json<T: Serialize>(
    object: &'static str,
    value: &T,
) -> Result<Vec<u8>, super::ObjectFault> {
    serde_json::to_vec(value).map_err(|fault| super::ObjectFault::new(object, "object", fault))
}

/// Reads one JSON object, strictly: nothing after it, no unknown, missing or duplicate member (the types hold these).
pub(crate) fn from_json<T: de::DeserializeOwned>(
    object: &'static str,
    bytes: &[u8],
) -> Result<T, super::ObjectFault> {
    // A derived type would also be read from a list of its members' values.
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err(super::ObjectFault::new(
            object,
            "object",
            "not a JSON object",
        ));
    }
    let mut from = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut from).map_err(|fault| {
        let path = fault.path().to_string();
        let field = if path == "." { "object".into() } else { path };
        super::ObjectFault::new(object, field, said(fault.inner()))
    })?;
    from.end()
        .map_err(|_| super::ObjectFault::new(object, "object", "something follows it"))?;
    Ok(value)
}

/// What a JSON error says, without the values that it may quote.
fn said(fault: &serde_json::Error) -> String {
    let text = fault.to_string();
    let quotes_a_value = text.starts_with("invalid type") || text.starts_with("invalid value");
    if quotes_a_value {
        format!(
            "not of the right form (line {}, column {})",
            fault.line(),
            fault.column()
        )
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_read_back_and_only_in_lower_case() {
        assert_eq!(hex(&[0, 0xab, 0xff]), "00abff");
        assert_eq!(from_hex("00abff"), Some(vec![0, 0xab, 0xff]));
        assert_eq!(from_hex("00ABff"), None);
        assert_eq!(from_hex("00a"), None);
        assert_eq!(array_from_hex::<2>("00ab"), Some([0, 0xab]));
        assert_eq!(array_from_hex::<2>("00abff"), None);
    }

    #[test]
    fn base64_without_padding_or_with_loose_bits_is_refused() {
        assert_eq!(from_base64("AA=="), Some(vec![0]));
        assert_eq!(from_base64("AA"), None);
        assert_eq!(from_base64("AB=="), None);
        assert_eq!(from_base64("A A=="), None);
    }

    #[test]
    fn a_list_of_values_is_no_object() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Two {
            #[expect(dead_code, reason = "only its reading is of interest")]
            a: u8,
        }
        assert!(from_json::<Two>("two", b"[1]").is_err());
        assert!(from_json::<Two>("two", br#"{"a":1} x"#).is_err());
        assert!(from_json::<Two>("two", br#"{"a":1,"a":1}"#).is_err());
        assert!(from_json::<Two>("two", br#"{"a":1,"b":1}"#).is_err());
        let fault = from_json::<Two>("two", br#"{"a":"secret"}"#).unwrap_err();
        assert_eq!(fault.field, "a");
        assert!(!fault.to_string().contains("secret"));
    }
}
