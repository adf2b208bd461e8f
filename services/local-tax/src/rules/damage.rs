//! How much of a building is damaged.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Digits behind the point that a damage may be given with.
const MOST_DECIMALS: u32 = 4;

/// The damaged part of a building's floor area in percent (毀損面積占整棟面積百分比), exact, from 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DamagePercent(Decimal);

impl DamagePercent {
    /// Whether at least `percent` of the building is damaged.
    pub(crate) fn reaches(self, percent: u32) -> bool {
        self.0 >= Decimal::from(percent)
    }
}

/// Not a percentage.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotAPercentage;

impl fmt::Display for NotAPercentage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a percentage from 0 to 100 with at most four digits behind the point")
    }
}

impl FromStr for DamagePercent {
    type Err = NotAPercentage;

    fn from_str(raw: &str) -> Result<Self, NotAPercentage> {
        let plain = raw
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
        let value = Decimal::from_str_exact(raw).map_err(|_| NotAPercentage)?;
        let within = value >= Decimal::ZERO && value <= Decimal::ONE_HUNDRED;
        if plain && within && value.scale() <= MOST_DECIMALS {
            Ok(Self(value.normalize()))
        } else {
            Err(NotAPercentage)
        }
    }
}

impl fmt::Display for DamagePercent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for DamagePercent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DamagePercent {
    /// From a string or a JSON number. A number's shortest form is the one that was written, so 49.9 stays 49.9.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl Visitor<'_> for Reader {
    type Value = DamagePercent;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{NotAPercentage}")
    }

    fn visit_str<E: Error>(self, raw: &str) -> Result<DamagePercent, E> {
        raw.parse().map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, raw: u64) -> Result<DamagePercent, E> {
        self.visit_str(&raw.to_string())
    }

    fn visit_f64<E: Error>(self, raw: f64) -> Result<DamagePercent, E> {
        self.visit_str(&raw.to_string())
    }
}

impl PartialSchema for DamagePercent {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(
                "毀損面積占整棟面積百分比 (damaged part of the whole, in percent)",
            ))
            .pattern(Some(r"^(100(\.0{1,4})?|[0-9]{1,2}(\.[0-9]{1,4})?)$"))
            .examples(["49.9"])
            .into()
    }
}

impl ToSchema for DamagePercent {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("DamagePercent")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_exact_and_bounded() {
        for (raw, shown) in [
            ("0", "0"),
            ("29", "29"),
            ("49.9", "49.9"),
            ("49.9999", "49.9999"),
            ("50.0", "50"),
            ("100", "100"),
        ] {
            assert_eq!(raw.parse::<DamagePercent>().unwrap().to_string(), shown);
        }
        for bad in [
            "", "-1", "+5", "100.0001", "101", "49.99999", "1e1", "五十", "30%", " 30", "0x1",
        ] {
            assert_eq!(bad.parse::<DamagePercent>(), Err(NotAPercentage), "{bad}");
        }
    }

    #[test]
    fn numbers_and_texts_of_json_mean_the_same() {
        for (json, shown) in [
            ("49.9", "49.9"),
            ("\"49.9\"", "49.9"),
            ("50", "50"),
            ("29.9999", "29.9999"),
        ] {
            let read: DamagePercent = serde_json::from_str(json).unwrap();
            assert_eq!(read.to_string(), shown);
        }
        for bad in ["-0.1", "1e300", "null", "true", "[50]"] {
            assert!(serde_json::from_str::<DamagePercent>(bad).is_err(), "{bad}");
        }
    }
}
