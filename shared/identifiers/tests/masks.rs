//! What each audience sees.

use identifiers::mask::transcript::{Class, Field, Party};
use identifiers::mask::{citizen, fault};
use identifiers::{NationalId, PartyId, PersonName};

#[test]
fn a_basic_citizen_sees_the_first_half_of_an_id() {
    let id: NationalId = "A123456789".parse().unwrap();
    assert_eq!(citizen::id(&id.into()).as_str(), "A12345****");
    let resident: identifiers::PersonId = "AB23456789".parse().unwrap();
    assert_eq!(citizen::id(&resident).as_str(), "AB2345****");
}

#[test]
fn a_basic_citizen_sees_the_end_of_a_documents_number() {
    for (number, masked) in [
        ("000012345678", "********5678"),
        ("12345", "*2345"),
        ("1234", "1234"),
    ] {
        assert_eq!(citizen::document_no(number).as_str(), masked);
    }
}

#[test]
fn a_basic_citizen_sees_the_ends_of_a_name() {
    for (name, masked) in [
        ("王小明", "王○明"),
        ("王明", "王○"),
        ("王", "○"),
        ("歐陽司馬", "歐○○馬"),
        ("王𠊎明", "王○明"),
        ("𡘙𠊎", "𡘙○"),
        ("Siku Demoname", "S○○○ ○○○○○○○e"),
        ("王 明", "王 ○"),
        ("王\u{E0100}小明\u{E0101}", "王\u{E0100}○明\u{E0101}"),
        ("Ame\u{301}lie\u{301}", "A○○○○e\u{301}"),
        ("Li", "L○"),
        ("谷辣斯‧尤達卡", "谷○○○○○卡"),
    ] {
        let name: PersonName = name.parse().unwrap();
        assert_eq!(citizen::name(&name).as_str(), masked);
    }
}

#[test]
fn the_first_class_of_a_transcript_shows_everything() {
    let owner: PartyId = "A123456789".parse().unwrap();
    assert_eq!(Class::First.id(&owner).unwrap().as_str(), "A123456789");
    assert_eq!(
        Class::First.name(Party::Person, "王小明").as_str(),
        "王小明"
    );
    for field in [
        Field::BirthDate,
        Field::Debtor,
        Field::Obligor,
        Field::DebtRatio,
        Field::Restriction,
    ] {
        assert!(Class::First.shows(field), "{field:?}");
    }
}

#[test]
fn the_second_class_hides_people_and_shows_organisations_and_restrictions() {
    let person: PartyId = "A123456789".parse().unwrap();
    assert_eq!(Class::Second.id(&person).unwrap().as_str(), "A123*****9");
    for (name, masked) in [
        ("王小明", "王**"),
        ("王明", "王**"),
        ("歐陽司馬", "歐**"),
        ("王", "**"),
        ("Siku Demoname", "S**"),
        ("𠊎明", "𠊎**"),
    ] {
        assert_eq!(
            Class::Second.name(Party::from(&person), name).as_str(),
            masked
        );
    }
    let company: PartyId = "04595257".parse().unwrap();
    assert_eq!(Class::Second.id(&company).unwrap().as_str(), "04595257");
    assert_eq!(
        Class::Second
            .name(Party::from(&company), "大安科技有限公司")
            .as_str(),
        "大安科技有限公司"
    );
    for field in [
        Field::BirthDate,
        Field::Debtor,
        Field::Obligor,
        Field::DebtRatio,
    ] {
        assert!(!Class::Second.shows(field), "{field:?}");
    }
    assert!(Class::Second.shows(Field::Restriction));
}

#[test]
fn the_third_class_shows_names_but_no_id_and_no_birth_date() {
    let person: PartyId = "A123456789".parse().unwrap();
    assert_eq!(Class::Third.id(&person), None);
    assert_eq!(
        Class::Third.name(Party::Person, "王小明").as_str(),
        "王小明"
    );
    assert!(!Class::Third.shows(Field::BirthDate));
    assert!(Class::Third.shows(Field::Debtor) && Class::Third.shows(Field::Restriction));
}

#[test]
fn a_fault_list_shows_the_shape_of_a_value_only() {
    for (value, shape) in [
        ("A123456788", "A#########"),
        ("a12345678", "a########"),
        ("Ａ１２３", "Ａ＃＃＃"),
        ("王小明", "○○○"),
        ("Siku Demoname", "Aaaa Aaaaaaaa"),
        ("1000229", "#######"),
        ("2011-02-29", "####-##-##"),
        ("x\ty\0", "a␦a␦"),
        ("", ""),
        ("é🙂", "○○"),
    ] {
        assert_eq!(fault::value(value), shape);
    }
    assert_eq!(
        fault::value(&"1".repeat(1_000_000)),
        format!("{}…(1000000)", "#".repeat(40))
    );
}

#[test]
fn masked_texts_go_out_as_strings_and_hide_from_debug() {
    let id: NationalId = "A123456789".parse().unwrap();
    assert_eq!(
        serde_json::to_string(&citizen::id(&id.into())).unwrap(),
        "\"A12345****\""
    );
    assert_eq!(
        format!("{:?}", citizen::id(&id.into())),
        "Masked(A#####****)"
    );
}
