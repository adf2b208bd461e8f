//! What every identifier has in common.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::{Debug, Display};
use std::str::FromStr;

use identifiers::{Fraction, Identifier, Invalid, RocDate, Rule};
use sea_orm::sea_query::{ColumnType, Nullable, ValueType};
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

/// Types that name or belong to a person.
const PERSONAL: [&str; 11] = [
    "HouseTaxNo",
    "HouseholdNo",
    "NationalId",
    "NhiCardNo",
    "PartyId",
    "PassportNo",
    "PersonId",
    "PersonName",
    "Plate",
    "RecordNo",
    "UiNumber",
];

fn is_text_everywhere<T>()
where
    T: Identifier
        + FromStr<Err = Invalid>
        + Display
        + Debug
        + PartialEq
        + Clone
        + Serialize
        + DeserializeOwned
        + ToSchema,
{
    let about = T::ABOUT;
    let value: T = about.example.parse().unwrap();
    assert_eq!(
        value.to_string(),
        about.example,
        "{}: the example is in the stored form",
        about.name
    );
    assert_eq!(T::canonical(about.example).unwrap(), about.example);

    let json = serde_json::to_value(&value).unwrap();
    assert_eq!(json, serde_json::json!(about.example));
    assert_eq!(serde_json::from_value::<T>(json).unwrap(), value);

    let refused = serde_json::from_str::<T>("\"王\\u0001x\"")
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains(about.name) && !refused.contains('王'),
        "{refused}"
    );
    assert!(
        serde_json::from_str::<T>("7")
            .unwrap_err()
            .to_string()
            .contains(about.term)
    );
    assert_eq!(
        "".parse::<T>().err().unwrap().rule(),
        Rule::Empty,
        "{}",
        about.name
    );

    let schema = serde_json::to_value(T::schema()).unwrap();
    assert_eq!(schema["type"], "string");
    assert_eq!(schema["pattern"], about.pattern);
    assert_eq!(schema["examples"][0], about.example);
    assert!(
        schema["description"]
            .as_str()
            .unwrap()
            .starts_with(about.term)
    );

    let own_name = T::name().into_owned();
    let hides = !format!("{value:?}").contains(about.example);
    assert_eq!(
        hides,
        PERSONAL.contains(&own_name.as_str()),
        "Debug of {own_name}: {value:?}"
    );
}

fn is_a_text_column<
    T: Identifier + Into<sea_orm::Value> + ValueType + Nullable + Debug + PartialEq + Clone,
>() {
    let value: T = T::ABOUT.example.parse().ok().unwrap();
    let stored: sea_orm::Value = value.clone().into();
    assert_eq!(stored, sea_orm::Value::from(T::ABOUT.example));
    assert_eq!(<T as ValueType>::try_from(stored).ok().unwrap(), value);
    assert!(<T as ValueType>::try_from(sea_orm::Value::from("\u{1}")).is_err());
    assert_eq!(T::column_type(), ColumnType::Text);
    assert_eq!(T::null(), sea_orm::Value::String(None));
}

#[test]
fn every_identifier_reads_writes_describes_and_hides_itself() {
    macro_rules! each {
        ($type:ty) => {
            is_text_everywhere::<$type>();
        };
    }
    identifiers::for_each_column!(each);
    each!(Fraction);
}

#[test]
fn every_identifier_but_dates_and_fractions_is_a_text_column() {
    macro_rules! each {
        ($type:ty) => {
            is_a_text_column::<$type>();
        };
    }
    identifiers::for_each_column!(each);
}

#[test]
fn republic_of_china_dates_are_strings_too() {
    let day: RocDate = serde_json::from_str("\"890229\"").unwrap();
    assert_eq!(serde_json::to_string(&day).unwrap(), "\"0890229\"");
    assert_eq!(RocDate::canonical("890229").unwrap(), "0890229");
    assert!(!format!("{day:?}").contains("0890229"));
}

#[test]
fn identifiers_are_small() {
    assert!(size_of::<identifiers::NationalId>() <= 11);
    assert!(size_of::<Option<identifiers::PersonId>>() <= 12);
    assert!(size_of::<identifiers::PersonName>() <= 16);
    assert!(size_of::<Invalid>() <= 24);
}
