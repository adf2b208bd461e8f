//! Big5, rare characters, old dates: what agencies really write.

use std::fmt::Write as _;

use serde_json::json;

use crate::databases::{load, on_both, served};
use crate::fixture::{Fixture, PERSON_HEADER, id, options};

/// A person part in Big5: the header, and one line a person with this name and birth date (ROC); `\N` for nothing.
fn big5(encoding: &str, people: &[(&[u8], &str)]) -> Fixture {
    let mut part = PERSON_HEADER.as_bytes().to_vec();
    for (serial, (name, birth_date)) in (1..).zip(people) {
        part.extend(format!("{},", id(serial)).bytes());
        part.extend(*name);
        part.extend(format!(",{birth_date},true,\\N,\\N\n").bytes());
    }
    let mut fixture = Fixture::with_person_part(part);
    fixture.edit("/resources/0/encoding", json!(encoding));
    fixture.edit("/resources/0/schema/missingValues", json!(["\\N"]));
    fixture.edit(
        "/resources/0/schema/fields/2",
        json!({ "name": "birth_date", "type": "date", "format": "roc" }),
    );
    fixture
}

on_both! {
    async fn names_in_big5_arrive_byte_for_byte(database) {
        // Second bytes that are a backslash or a bar in ASCII, a character reference, one of the Hong Kong set, an accent.
        let fixture = big5("big5-hkscs", &[
            (b"\xB3\x5C\xA5\x5C\xC0\x5C", "0890229"),
            (b"\xA7\x45&#131726;\xAD\x5E", "391004"),
            (b"\xA8\x7C\x87\x40", "-010531"),
            (b"\"\xA4\xFD,\xA9\xFA\"", "0010101"),
            (b"Lu\x88\x62n\xA2\x41", "0690229"),
        ]);
        let store = database.store();
        load(&store, &fixture.open(), &options()).await.unwrap();
        let (persons, _) = served(&store).await;
        let seen: Vec<_> = persons.iter().map(|p| (p.name.as_str(), p.birth_date.to_string())).collect();
        let expected = [
            ("許功餐", "2000-02-29"), ("余𠊎英", "1950-10-04"), ("育䏰", "1911-05-31"), ("王,明", "1912-01-01"),
            ("LuÊ̄n／", "1980-02-29"),
        ];
        assert_eq!(seen, expected.map(|(name, date)| (name, date.to_owned())));
        assert_eq!(persons[0].note, None);
    }

    async fn rare_characters_in_utf8_arrive_byte_for_byte(database) {
        // Outside of the basic plane, a combining sequence that must not be composed, a compatibility character, private use.
        let names = ["𠊎𡘙𤧟", "e\u{301}", "\u{F900}更", "\u{E000}\u{F0000}", "&#131726;"];
        let mut part = PERSON_HEADER.to_owned();
        for (serial, name) in (1..).zip(names) {
            writeln!(part, "{},{name},2000-01-01,true,,", id(serial)).unwrap();
        }
        let mut part = part.into_bytes();
        part.splice(0..0, *b"\xEF\xBB\xBF");
        let store = database.store();
        load(&store, &Fixture::with_person_part(part).open(), &options()).await.unwrap();
        let (persons, _) = served(&store).await;
        assert_eq!(persons.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), names);
    }

    async fn dates_of_a_column_declared_as_text_are_read_by_their_shape(database) {
        let mut part = PERSON_HEADER.to_owned();
        for (serial, date) in (1..).zip(["2000-02-29", "20000229", "0890229", "890229"]) {
            writeln!(part, "{},名,{date},true,,", id(serial)).unwrap();
        }
        let mut fixture = Fixture::with_person_part(part);
        fixture.edit("/resources/0/schema/fields/2/type", json!("string"));
        let store = database.store();
        load(&store, &fixture.open(), &options()).await.unwrap();
        let (persons, _) = served(&store).await;
        assert!(persons.iter().all(|person| person.birth_date.to_string() == "2000-02-29"), "{persons:?}");
    }
}

#[test]
fn symbols_follow_the_declared_mapping() {
    // The same two bytes are a full-width solidus in Hong Kong's Big5 and a division slash in Taiwan's.
    for (encoding, expected) in [("big5-hkscs", "／"), ("big5", "∕")] {
        let fixture = big5(encoding, &[(b"\xA2\x41", "0890229")]);
        let mut with_rule = fixture;
        with_rule.edit(
            "/resources/0/schema/missingValues",
            json!(["\\N", expected]),
        );
        assert!(
            with_rule
                .only_fault()
                .contains("column 2 (name): required: "),
            "{encoding}"
        );
    }
}

#[test]
fn the_leap_day_of_a_year_that_has_none_is_located() {
    let fault = big5(
        "big5",
        &[(b"\xA4\xFD", "0890229"), (b"\xA4\xFD", "1000229")],
    )
    .only_fault();
    let expected = "person/0001.csv:3, column 3 (birth_date): no-such-day: #######: expected a day that is in the calendar";
    assert_eq!(fault, expected);
}

#[test]
fn bytes_that_are_no_big5_are_located() {
    for broken in [
        &b"\xA4\xFD\xFF\xFF"[..],
        b"\xA4",
        b"\x80\xA4\xFD",
        b"\xA4\xFD\xF9",
    ] {
        let fault = big5("big5", &[(b"\xA4\xFD", "0890229"), (broken, "0890229")]).only_fault();
        assert_eq!(
            fault, "person/0001.csv:3, column 2 (name): encoding: expected bytes that are Big5",
            "{broken:?}"
        );
    }
}

#[test]
fn a_reference_to_no_character_is_located() {
    let fault = big5("big5", &[(b"&#55296;", "0890229")]).only_fault();
    assert!(
        fault.starts_with("person/0001.csv:2, column 2 (name): character-reference: &######;: "),
        "{fault}"
    );
}

#[test]
fn characters_that_are_cut_by_the_reader_s_chunks_are_whole() {
    // Longer than any chunk that is read at a time, with two-byte characters at odd places.
    let name = [b"x".as_slice(), &b"\xB3\x5C".repeat(190)].concat();
    let people: Vec<(&[u8], &str)> = (0..2000).map(|_| (name.as_slice(), "0890229")).collect();
    let faults = big5("big5", &people).faults();
    assert!(faults.is_empty(), "{faults}");
}
