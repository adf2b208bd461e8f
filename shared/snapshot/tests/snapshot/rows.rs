//! Rows that are wrong: each fault is told with file, line, column and rule, its value masked.

use std::fmt::Write as _;

use serde_json::json;

use crate::fixture::{Fixture, PERSON_HEADER, STAY_HEADER, id, person, persons};

/// The only fault of a person part with this line as its third.
fn third_line(line: &str) -> String {
    Fixture::with_person_part(format!("{PERSON_HEADER}{}{line}", person(1))).only_fault()
}

#[test]
fn a_part_that_was_cut_before_it_was_hashed_is_located() {
    let fault = third_line(&format!("{},王小", id(2)));
    assert_eq!(fault, "person/0001.csv:3: cells: expected 6 cells, found 2");
}

#[test]
fn the_number_of_rows_is_compared_with_what_the_package_says() {
    let mut fixture = Fixture::new();
    fixture.descriptor["resources"][0]["rows"] = json!(7);
    fixture.write();
    assert_eq!(
        fixture.only_fault(),
        "datapackage.json#/resources/0/rows: rows: 7: expected 6, as its parts have"
    );
}

#[test]
fn a_header_that_differs_from_the_schema_is_located() {
    let mut fixture = Fixture::new();
    fixture.part("stay.csv", STAY_HEADER.replace("number", "numero"));
    fixture.seal();
    assert_eq!(
        fixture.only_fault(),
        "stay.csv:1, column 3 (number): header: expected `number`, as in the schema"
    );
    fixture.part("stay.csv", "");
    fixture.seal();
    assert!(fixture.only_fault().starts_with("stay.csv:1: header: "));
}

#[test]
fn values_that_break_their_rule_are_located_and_masked() {
    let cases = [
        (
            "A123456788,名,2000-01-01,true,,".to_owned(),
            "column 1 (national_id): check-digit: A#########: ",
        ),
        (
            format!("{},,2000-01-01,true,,", id(2)),
            "column 2 (name): required: ",
        ),
        (
            format!("{},名,2000-02-30,true,,", id(2)),
            "column 3 (birth_date): no-such-day: ####-##-##: ",
        ),
        (
            format!("{},名,0890229,true,,", id(2)),
            "column 3 (birth_date): date: #######: ",
        ),
        (
            format!("{},名,2000-01-01,yes,,", id(2)),
            "column 4 (protected): boolean: aaa: ",
        ),
        (
            format!("{},名,2000-01-01,true,,3.5", id(2)),
            "column 6 (points): integer: #.#: ",
        ),
        (
            format!("{},名,2000-01-01,true,,2147483648", id(2)),
            "column 6 (points): integer: ##########: ",
        ),
    ];
    for (line, expected) in cases {
        let fault = third_line(&line);
        assert!(
            fault.starts_with(&format!("person/0001.csv:3, {expected}")),
            "{line}: {fault}"
        );
    }
}

#[test]
fn days_and_instants_that_a_database_cannot_hold_are_located() {
    let fault = third_line(&format!("{},名,0000-01-01,true,,", id(2)));
    let expected = "person/0001.csv:3, column 3 (birth_date): no-such-day: ####-##-##: ";
    assert!(fault.starts_with(expected), "{fault}");
    for instant in ["0000-01-01T00:00:00+08:00", "9999-12-31T23:59:59-12:00"] {
        let mut fixture = Fixture::new();
        fixture.part(
            "stay.csv",
            format!("{STAY_HEADER}花蓮,2020-01-01,9,{instant}\n"),
        );
        fixture.seal();
        let fault = fixture.only_fault();
        assert!(
            fault.starts_with("stay.csv:2, column 4 (seen_at): datetime: "),
            "{fault}"
        );
    }
}

#[test]
fn a_text_too_long_for_an_index_is_located() {
    // 門 has three bytes; 341 of them fit into 1,024.
    let stays = |characters| {
        let mut fixture = Fixture::new();
        let place = "門".repeat(characters);
        fixture.part("stay.csv", format!("{STAY_HEADER}{place},2020-01-01,9,\n"));
        fixture.seal();
        fixture
    };
    let fault = stays(342).only_fault();
    assert!(
        fault.starts_with("stay.csv:2, column 1 (place): text-too-long: ○○"),
        "{fault}"
    );
    assert!(
        fault.ends_with("at most 1024 bytes of UTF-8, because the column is indexed"),
        "{fault}"
    );
    let faults = stays(341).faults();
    assert!(faults.is_empty(), "{faults}");
    let note = "門".repeat(4_000);
    let part = format!("{PERSON_HEADER}{},名,2000-01-01,true,{note},\n", id(1));
    let faults = Fixture::with_person_part(part).faults();
    assert!(faults.is_empty(), "no index holds it: {faults}");
}

#[test]
fn every_fault_of_a_row_is_told() {
    let faults = Fixture::with_person_part(format!("{PERSON_HEADER}A1,,x,y,,z\n")).faults();
    assert_eq!(faults.total, 5, "{faults}");
}

#[test]
fn a_promise_of_the_package_is_held() {
    let mut fixture = Fixture::with_person_part(format!("{PERSON_HEADER}{}", person(1)));
    fixture.edit(
        "/resources/0/schema/fields/4",
        json!({ "name": "note", "constraints": { "required": true } }),
    );
    assert_eq!(
        fixture.only_fault(),
        "person/0001.csv:2, column 5 (note): required: expected a value"
    );
    fixture.edit(
        "/resources/0/schema/fields/4",
        json!({ "name": "note", "constraints": { "pattern": "x" } }),
    );
    assert!(
        fixture
            .only_fault()
            .contains("/fields/4/constraints/pattern: constraint: x: ")
    );
}

#[test]
fn keys_must_rise_also_from_part_to_part() {
    let mut fixture = Fixture::new();
    fixture.part("person/0001.csv", persons([1, 1]));
    fixture.part("person/0002.csv", persons([4, 3]));
    fixture.part("person/0003.csv", persons([4, 5]));
    fixture.seal();
    let shown: Vec<_> = fixture
        .faults()
        .listed
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(shown.len(), 3, "{shown:?}");
    assert!(
        shown[0]
            .starts_with("person/0001.csv:3, column 1 (national_id): duplicate-key: A#########: "),
        "{shown:?}"
    );
    assert!(
        shown[1].starts_with("person/0002.csv:3, column 1 (national_id): key-order: "),
        "{shown:?}"
    );
    assert!(
        shown[2].starts_with("person/0003.csv:2, column 1 (national_id): duplicate-key: "),
        "{shown:?}"
    );
}

#[test]
fn keys_are_compared_by_their_type() {
    let mut fixture = Fixture::new();
    // 9 comes before 10 as a number, and 1911 before 1912 whatever the writing; text by its bytes.
    let rows = "A,1911-12-31,-1,\nA,1911-12-31,9,\nA,1911-12-31,10,\nA,1912-01-01,1,\nAB,1911-01-01,1,\n乙,1911-01-01,1,\n𠊎,1911-01-01,1,\n";
    fixture.part("stay.csv", format!("{STAY_HEADER}{rows}"));
    fixture.seal();
    let faults = fixture.faults();
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn the_first_hundred_faults_are_listed_and_all_are_counted() {
    let mut part = PERSON_HEADER.to_owned();
    for serial in 1..=250 {
        writeln!(part, "{},名,never,true,,", id(serial)).unwrap();
    }
    let faults = Fixture::with_person_part(part).faults();
    assert_eq!((faults.listed.len(), faults.total), (100, 250));
    assert!(
        faults
            .to_string()
            .ends_with("250 faults, 150 of them not listed")
    );
}

#[test]
fn broken_quotes_are_faults_and_not_guesses() {
    let cases = [
        (
            "A1,\"王\"x,2000-01-01,true,,\n",
            "person/0001.csv:3: quote: expected a delimiter or the line end",
        ),
        (
            "A1,王\"小,2000-01-01,true,,\n",
            "person/0001.csv:3: quote: expected no quote inside",
        ),
        (
            "A1,\"王小,2000-01-01,true,,\n",
            "person/0001.csv:3: quote: expected a closing quote",
        ),
    ];
    for (line, expected) in cases {
        let fault = third_line(line);
        assert!(fault.starts_with(expected), "{line}: {fault}");
    }
}

#[test]
fn a_record_without_end_costs_bounded_memory() {
    for (open, rule) in [("\"", "record-too-long"), ("", "record-too-long")] {
        let part = format!(
            "{PERSON_HEADER}{}A1,{open}{}",
            person(1),
            "長".repeat(3 << 20)
        );
        let fixture = Fixture::with_person_part(part);
        assert!(
            fixture
                .only_fault()
                .starts_with(&format!("person/0001.csv:3: {rule}: "))
        );
    }
}

#[test]
fn line_numbers_count_lines_and_not_records() {
    let part = format!(
        "{PERSON_HEADER}{},名,2000-01-01,true,\"one\ntwo\r\nthree\",\n{},名,x,true,,\n",
        id(1),
        id(2)
    );
    let fault = Fixture::with_person_part(part).only_fault();
    assert!(
        fault.starts_with("person/0001.csv:5, column 3 (birth_date): date: "),
        "{fault}"
    );
}

#[test]
fn nul_characters_and_bytes_that_are_no_text_are_located() {
    let fault = third_line(&format!("{},王\0明,2000-01-01,true,,\n", id(2)));
    assert!(
        fault.starts_with("person/0001.csv:3, column 2 (name): nul: "),
        "{fault}"
    );
    let mut part = persons([1]).into_bytes();
    part.extend(format!("{},名,2000-01-01,true,", id(2)).bytes());
    part.extend(b"\xA4\xA4,\n");
    let fault = Fixture::with_person_part(part).only_fault();
    assert_eq!(
        fault,
        "person/0001.csv:3, column 5 (note): encoding: expected bytes that are UTF-8"
    );
}
