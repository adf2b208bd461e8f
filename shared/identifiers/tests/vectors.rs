//! Every vector of `fixtures/taiwan-identifiers.json`, which others wrote, against the parsed types.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use identifiers::{Invalid, NationalId, PersonId, Rule, Ubn, UiForm, UiNumber};

fn vectors(group: &str) -> Vec<String> {
    let all: BTreeMap<String, Vec<String>> =
        serde_json::from_str(include_str!("fixtures/taiwan-identifiers.json")).unwrap();
    let vectors = all
        .get(group)
        .expect("the group is in the fixtures")
        .clone();
    assert!(!vectors.is_empty(), "{group} is empty");
    vectors
}

fn all_valid<T: FromStr<Err = Invalid> + Display>(group: &str) -> Vec<T> {
    let parse = |text: String| {
        let value: T = text.parse().expect(&text);
        assert_eq!(value.to_string(), text);
        value
    };
    vectors(group).into_iter().map(parse).collect()
}

fn all_invalid<T: FromStr<Err = Invalid>>(group: &str) {
    for text in vectors(group) {
        assert!(text.parse::<T>().is_err(), "{group} {text} was accepted");
    }
}

#[test]
fn valid_national_ids_are_accepted() {
    assert_eq!(all_valid::<NationalId>("nid_valid").len(), 7);
    assert_eq!(all_valid::<NationalId>("nid_valid_computed").len(), 6);
    all_valid::<PersonId>("nid_valid");
}

#[test]
fn invalid_national_ids_are_refused() {
    all_invalid::<NationalId>("nid_invalid");
    all_invalid::<PersonId>("nid_invalid");
    all_invalid::<NationalId>("ui_new_valid");
    all_invalid::<NationalId>("ui_old_valid");
}

#[test]
fn valid_ui_numbers_of_both_forms_are_accepted() {
    assert!(
        all_valid::<UiNumber>("ui_new_valid")
            .iter()
            .all(|number| number.form() == UiForm::Since2021)
    );
    assert!(
        all_valid::<UiNumber>("ui_old_valid")
            .iter()
            .all(|number| number.form() == UiForm::Old)
    );
    all_valid::<PersonId>("ui_new_valid");
    all_valid::<PersonId>("ui_old_valid");
}

#[test]
fn invalid_ui_numbers_are_refused() {
    for group in ["ui_new_invalid", "ui_old_invalid", "nid_valid"] {
        all_invalid::<UiNumber>(group);
    }
    all_invalid::<PersonId>("ui_new_invalid");
    all_invalid::<PersonId>("ui_old_invalid");
}

#[test]
fn business_numbers_follow_the_rule_of_2023() {
    assert!(
        all_valid::<Ubn>("ubn_both")
            .iter()
            .all(Ubn::passes_rule_before_2023)
    );
    assert!(
        !all_valid::<Ubn>("ubn_new_only")
            .iter()
            .any(Ubn::passes_rule_before_2023)
    );
    all_invalid::<Ubn>("ubn_invalid");
}

#[test]
fn a_wrong_check_digit_is_named_as_such_and_the_value_is_not_repeated() {
    let invalid = "A123456788".parse::<NationalId>().unwrap_err();
    assert_eq!(invalid.rule(), Rule::CheckDigit);
    for text in [
        invalid.to_string(),
        invalid.english(),
        invalid.chinese(),
        format!("{invalid:?}"),
    ] {
        assert!(!text.contains("A123456788"), "{text}");
    }
}
