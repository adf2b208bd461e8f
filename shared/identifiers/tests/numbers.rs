//! The forms of numbers, area codes and names, and which rule refuses what.

use std::str::FromStr;

use chrono::NaiveDate;
use identifiers::{
    AreaCode, AreaLevel, HouseTaxNo, HouseholdNo, InstitutionNo, InsuredUnitCheck, InsuredUnitNo,
    Invalid, NationalId, Neighbourhood, NhiCardNo, PartyId, PassportNo, PersonId, PersonName, Rule,
    Sex, Ubn, UiNumber,
};

fn rule<T: FromStr<Err = Invalid>>(raw: &str) -> Option<Rule> {
    raw.parse::<T>().err().map(|invalid| invalid.rule())
}

#[test]
fn the_rule_that_failed_is_named() {
    for (raw, expected) in [
        ("", Rule::Empty),
        ("A12345678", Rule::Length),
        ("A1234567899", Rule::Length),
        ("a123456789", Rule::Character(1)),
        ("A323456789", Rule::Character(2)),
        ("A12345678X", Rule::Character(10)),
        ("A12345678９", Rule::Character(10)),
        (" A123456789", Rule::Character(1)),
        ("A123456789\n", Rule::Character(11)),
        ("A123456788", Rule::CheckDigit),
    ] {
        assert_eq!(rule::<NationalId>(raw), Some(expected), "{raw:?}");
    }
}

#[test]
fn numbers_without_a_public_check_rule_are_held_to_their_form() {
    fn holds<T: FromStr<Err = Invalid>>(good: &[&str], bad: &[&str]) {
        for raw in good {
            assert_eq!(rule::<T>(raw), None, "{raw:?}");
        }
        for raw in bad {
            assert!(rule::<T>(raw).is_some(), "{raw:?} was accepted");
        }
    }
    holds::<HouseholdNo>(
        &["F0000001", "ABCDEFGH", "12345678"],
        &["f0000001", "F000001", "F00000001", "F000000-"],
    );
    holds::<NhiCardNo>(
        &["000000000000", "900012345678"],
        &["90001234567", "9000123456789", "A00012345678"],
    );
    holds::<InstitutionNo>(&["0401180014"], &["401180014", "04011800141", "040118001A"]);
    holds::<HouseTaxNo>(
        &["H00000000001", "12345678901"],
        &["1234567890", "H000000000012", "h00000000001"],
    );
    holds::<PassportNo>(&["300000001"], &["30000000", "3000000011", "M00000001"]);
    holds::<InsuredUnitNo>(&["10000013"], &["1000001", "1000001A"]);
    holds::<InsuredUnitCheck>(&["A", "0", "Z"], &["a", "AA", "-"]);
    holds::<AreaCode>(
        &["63000", "10017", "65000260", "09020010"],
        &["6300", "630000", "6300001", "650002601", "6500026A"],
    );
    holds::<Neighbourhood>(&["001", "040", "999"], &["000", "1", "1000", "-01"]);
}

#[test]
fn an_area_code_knows_its_county() {
    let township: AreaCode = "65000260".parse().unwrap();
    let county: AreaCode = "65000".parse().unwrap();
    assert_eq!(
        (township.level(), county.level()),
        (AreaLevel::Township, AreaLevel::County)
    );
    assert_eq!((township.county(), county.county()), ("65000", "65000"));
    assert!(township.is_within(&county) && township.is_within(&township));
    assert!(!county.is_within(&township) && !township.is_within(&"63000".parse().unwrap()));
}

#[test]
fn a_neighbourhood_is_a_number_from_1_to_999() {
    assert_eq!(Neighbourhood::new(7).unwrap().as_str(), "007");
    assert_eq!("040".parse::<Neighbourhood>().unwrap().number(), 40);
    for number in [0, 1000, u16::MAX] {
        assert_eq!(Neighbourhood::new(number).unwrap_err().rule(), Rule::Range);
    }
}

#[test]
fn the_number_tells_the_sex_it_was_given_for() {
    assert_eq!("A123456789".parse::<NationalId>().unwrap().sex(), Sex::Male);
    assert_eq!("A100000001".parse::<NationalId>().unwrap().sex(), Sex::Male);
    let id = NationalId::with_check_digit("F22345678").unwrap();
    assert_eq!(id.sex(), Sex::Female);
}

#[test]
fn old_ui_numbers_end_with_2030() {
    let last_day = NaiveDate::from_ymd_opt(2030, 12, 31).unwrap();
    let day_after = NaiveDate::from_ymd_opt(2031, 1, 1).unwrap();
    let old: UiNumber = "AB23456789".parse().unwrap();
    assert!(old.is_valid_on(last_day) && !old.is_valid_on(day_after));
    let new: UiNumber = "A800000014".parse().unwrap();
    assert!(new.is_valid_on(last_day) && new.is_valid_on(day_after));
}

#[test]
fn a_person_goes_by_either_number_and_an_organisation_by_its_own() {
    assert!(matches!("A123456789".parse(), Ok(PersonId::National(_))));
    assert!(matches!("A800000014".parse(), Ok(PersonId::Resident(_))));
    assert!(matches!("AB23456789".parse(), Ok(PersonId::Resident(_))));
    assert!(matches!("A123456789".parse(), Ok(PartyId::Person(_))));
    assert!(matches!("04595257".parse(), Ok(PartyId::Organisation(_))));
    assert_eq!(rule::<PersonId>("04595257"), Some(Rule::Length));
    assert_eq!(rule::<PersonId>("A123456788"), Some(Rule::CheckDigit));
    assert_eq!(rule::<PartyId>("04595253"), Some(Rule::CheckDigit));
    let invalid = "A123456788".parse::<PartyId>().unwrap_err();
    assert_eq!(invalid.about().term, "權利人統一編號");
}

#[test]
fn invented_numbers_are_whole() {
    assert_eq!(
        NationalId::with_check_digit("A12345678").unwrap().as_str(),
        "A123456789"
    );
    assert_eq!(
        UiNumber::with_check_digit("A80000001").unwrap().as_str(),
        "A800000014"
    );
    assert_eq!(
        UiNumber::with_check_digit("AB2345678").unwrap().as_str(),
        "AB23456789"
    );
    assert_eq!(
        Ubn::with_check_digit("0459525").unwrap().as_str(),
        "04595257"
    );
    for head in ["", "A1234567", "A123456789", "a12345678", "A82345678"] {
        assert!(NationalId::with_check_digit(head).is_err(), "{head:?}");
    }
    assert!(UiNumber::with_check_digit("A12345678").is_err());
    assert!(Ubn::with_check_digit("045952").is_err() && Ubn::with_check_digit("045952A").is_err());
}

#[test]
fn names_are_kept_byte_for_byte() {
    let composed = "é";
    let decomposed = "e\u{301}";
    let longest = "𠊎".repeat(200);
    for name in [
        "王小明",
        "𡘙𤧟",
        "Siku Demoname",
        " 王 明 ",
        composed,
        decomposed,
        "\u{E000}",
        "王\u{E0100}",
        "﨑",
        "A",
        &longest,
    ] {
        let parsed: PersonName = name.parse().unwrap();
        assert_eq!(parsed.as_str().as_bytes(), name.as_bytes());
        assert_eq!(
            serde_json::from_str::<PersonName>(&serde_json::to_string(&parsed).unwrap()).unwrap(),
            parsed
        );
    }
    assert_ne!(
        composed.parse::<PersonName>().unwrap(),
        decomposed.parse().unwrap()
    );
}

#[test]
fn names_are_refused_only_when_empty_too_long_or_with_control_characters() {
    for (raw, expected) in [
        ("", Rule::Empty),
        (" \u{3000}", Rule::Empty),
        ("王\n明", Rule::ControlCharacter(2)),
        ("王明\0", Rule::ControlCharacter(3)),
        ("\u{85}王", Rule::ControlCharacter(1)),
    ] {
        assert_eq!(rule::<PersonName>(raw), Some(expected), "{raw:?}");
    }
    assert_eq!(rule::<PersonName>(&"𠊎".repeat(201)), Some(Rule::Length));
}

#[test]
fn faults_are_told_in_both_languages() {
    let invalid = "A123456788".parse::<NationalId>().unwrap_err();
    assert_eq!(
        invalid.english(),
        "national ID: the check digit does not match; look for a mistyped character"
    );
    assert_eq!(
        invalid.chinese(),
        "國民身分證統一編號：檢查碼不符，請確認有無誤植"
    );
    assert_eq!(invalid.rule().slug(), "check-digit");
}
