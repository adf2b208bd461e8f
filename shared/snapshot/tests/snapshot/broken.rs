//! Packages that are wrong: each fault is told with its place, and nothing is believed.

use std::fs;

use serde_json::{Value, json};

use crate::fixture::{Fixture, person, persons};

/// The only fault after changing the description at `pointer`.
fn described(pointer: &str, value: Value) -> String {
    Fixture::new().edit(pointer, value).only_fault()
}

#[test]
fn a_good_package_has_no_fault() {
    let faults = Fixture::new().faults();
    assert!(faults.is_empty(), "{faults}");
}

#[test]
fn a_missing_folder_or_description_is_told() {
    let fixture = Fixture::new();
    fs::remove_file(fixture.file("datapackage.json")).unwrap();
    assert!(
        fixture
            .only_fault()
            .starts_with("datapackage.json: package-missing: ")
    );
    let gone = snapshot::Package::open(&fixture.file("gone")).unwrap_err();
    assert_eq!(gone.listed[0].rule, "package-missing");
}

#[test]
fn a_description_that_is_not_json_is_located() {
    let fixture = Fixture::new();
    fs::write(fixture.file("datapackage.json"), "{\n\"profile\": }").unwrap();
    assert!(
        fixture
            .only_fault()
            .starts_with("datapackage.json:2: json: expected JSON (column ")
    );
}

#[test]
fn a_member_given_twice_is_located() {
    let mut fixture = Fixture::new();
    fixture.descriptor["lifeboat"]["quarantine"] = json!({ "twice": 1 });
    for (once, twice, name) in [
        (
            "\"agency\":\"agency-test\"",
            "\"agency\":\"agency-test\",\n\"agency\":\"agency-other\"",
            "agency",
        ),
        ("\"twice\":1", "\"twice\":1,\n\"tw\\u0069ce\":1", "twice"),
        ("\"twice\":1", "\"a\\u001b\":1,\n\"a\\u001b\":1", "a\\u{1b}"),
    ] {
        let text = fixture.descriptor.to_string();
        assert!(text.contains(once), "{text}");
        fs::write(
            fixture.file("datapackage.json"),
            text.replacen(once, twice, 1),
        )
        .unwrap();
        let fault = fixture.only_fault();
        let expected =
            format!("datapackage.json:2: duplicate-member: {name}: expected every member once ");
        assert!(fault.starts_with(&expected), "{fault}");
    }
}

#[test]
fn what_acts_on_a_terminal_is_never_shown_as_it_is() {
    for agency in [
        "\u{1b}[31mred\u{1b}]0;pwned\u{7}",
        "a\nhousehold/0001.csv:1: fake",
        "\u{202e}tset-ycnega",
    ] {
        let fault = described("/lifeboat/agency", json!(agency));
        assert!(
            fault.starts_with("datapackage.json#/lifeboat/agency: origin: "),
            "{fault}"
        );
        assert!(!fault.chars().any(snapshot::acts_on_terminals), "{fault:?}");
    }
    let fault = described("/resources/1/path", json!("a\u{1b}[2J\nb.csv"));
    assert!(
        fault
            .starts_with("datapackage.json#/resources/1/path: part-missing: a\\u{1b}[2J\\nb.csv: "),
        "{fault}"
    );
    let mut fixture = Fixture::new();
    fixture.descriptor["resources"][1]["dialect"] = json!({ "a\nb\u{9b}": 1 });
    fixture.write();
    let fault = fixture.only_fault();
    assert!(
        fault.starts_with("datapackage.json#/resources/1/dialect/a\\nb\\u{9b}: dialect: 1: "),
        "{fault}"
    );
}

#[test]
fn a_package_from_the_future_is_located() {
    // The tests' clock shows 2026-11-21T00:00:00Z.
    let faults = Fixture::new()
        .edit("/lifeboat/taken_at", json!("2026-11-22T08:00:00+08:00"))
        .faults();
    assert!(faults.is_empty(), "clocks differ: {faults}");
    for (taken_at, shown) in [
        ("2026-11-22T00:00:01Z", "2026-11-22T00:00:01Z"),
        ("2099-01-01T08:00:00+08:00", "2099-01-01T00:00:00Z"),
    ] {
        let fault = described("/lifeboat/taken_at", json!(taken_at));
        let expected = format!(
            "datapackage.json#/lifeboat/taken_at: future: {shown}: expected an instant at most 24 hours after \
             2026-11-21T00:00:00Z, "
        );
        assert!(fault.starts_with(&expected), "{fault}");
    }
    let fault = described("/lifeboat/taken_at", json!("0000-01-01T00:00:00+08:00"));
    assert!(fault.contains("/lifeboat/taken_at: origin: "), "{fault}");
}

#[test]
fn a_giant_description_is_not_read() {
    let fixture = Fixture::new();
    fs::File::create(fixture.file("datapackage.json"))
        .unwrap()
        .set_len(1 << 34)
        .unwrap();
    assert_eq!(
        fixture.only_fault(),
        "datapackage.json: too-large: expected at most 16777216 bytes"
    );
}

#[test]
fn unknown_types_formats_and_encodings_are_located() {
    assert_eq!(
        described("/resources/0/schema/fields/3/type", json!("strng")),
        "datapackage.json#/resources/0/schema/fields/3/type: type: strng: expected string, integer, year, number, \
         boolean, date, datetime or any"
    );
    assert!(
        described("/resources/0/schema/fields/3/type", json!("geojson"))
            .contains("/3/type: type: geojson: ")
    );
    assert_eq!(
        described(
            "/resources/0/schema/fields/2",
            json!({ "name": "birth_date", "type": "date", "format": "%d/%m/%y" })
        ),
        "datapackage.json#/resources/0/schema/fields/2/format: format: %d/%m/%y: expected default, any, roc, %Y-%m-%d or \
         %Y%m%d"
    );
    assert_eq!(
        described("/resources/1/encoding", json!("utf-16")),
        "datapackage.json#/resources/1/encoding: encoding: utf-16: expected utf-8, big5 or big5-hkscs"
    );
}

#[test]
fn a_type_that_does_not_fit_the_table_is_located() {
    let fault = described("/resources/0/schema/fields/0/type", json!("integer"));
    assert!(
        fault.starts_with("datapackage.json#/resources/0/schema/fields/0/type: type: integer: "),
        "{fault}"
    );
}

#[test]
fn a_missing_column_is_located() {
    let mut fixture = Fixture::new();
    fixture.descriptor["resources"][0]["schema"]["fields"]
        .as_array_mut()
        .unwrap()
        .remove(2);
    fixture.write();
    assert_eq!(
        fixture.only_fault(),
        "datapackage.json#/resources/0/schema/fields: missing-column: expected a field `birth_date`"
    );
}

#[test]
fn a_renamed_column_is_told_from_both_sides() {
    let faults = Fixture::new()
        .edit("/resources/0/schema/fields/4/name", json!("nota"))
        .faults();
    let rules: Vec<_> = faults.listed.iter().map(|fault| fault.rule).collect();
    assert_eq!(rules, ["field", "missing-column"]);
}

#[test]
fn a_renamed_table_is_told_from_both_sides() {
    let faults = Fixture::new()
        .edit("/resources/1/name", json!("stays"))
        .faults();
    let shown: Vec<_> = faults.listed.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown[0],
        "datapackage.json#/resources/1/name: resource: stays: expected one of the tables person, stay"
    );
    assert!(
        shown[1]
            .starts_with("datapackage.json#/resources: missing-table: expected a resource `stay`"),
        "{shown:?}"
    );
}

#[test]
fn another_system_version_or_key_is_located() {
    assert!(
        described("/lifeboat/system", json!("household"))
            .starts_with("datapackage.json#/lifeboat/system: system: ")
    );
    assert!(
        described("/lifeboat/schema_version", json!(2))
            .contains("schema-version: 2: expected version 1")
    );
    assert!(
        described("/resources/0/schema/primaryKey", json!("name"))
            .contains("/schema/primaryKey: primary-key: name: ")
    );
    assert!(
        described("/lifeboat/taken_at", json!("2026-11-20 18:00"))
            .contains("/lifeboat/taken_at: origin: ")
    );
    assert!(
        described("/lifeboat/sequence", json!(-1)).contains("/lifeboat/sequence: json-type: -1: ")
    );
}

#[test]
fn a_member_that_is_missing_is_named() {
    for (pointer, member) in [
        ("/lifeboat", "agency"),
        ("/resources/0", "hash"),
        ("/resources/0", "bytes"),
        ("", "lifeboat"),
    ] {
        let mut fixture = Fixture::new();
        fixture
            .descriptor
            .pointer_mut(pointer)
            .unwrap()
            .as_object_mut()
            .unwrap()
            .remove(member);
        fixture.write();
        let expected = format!(
            "datapackage.json#{pointer}/{member}: missing-member: expected the member `{member}`"
        );
        assert_eq!(fixture.only_fault(), expected);
    }
}

#[test]
fn paths_that_lead_out_of_the_folder_are_refused() {
    for path in [
        "../person.csv",
        "/etc/passwd",
        "person/../../x.csv",
        "https://example.org/x.csv",
        "a\\..\\b.csv",
        "",
        "./stay.csv",
        "a//b.csv",
    ] {
        let fault = described("/resources/1/path", json!([path]));
        assert!(
            fault.starts_with("datapackage.json#/resources/1/path/0: path: "),
            "{path}: {fault}"
        );
    }
}

#[test]
fn links_pipes_and_folders_are_no_parts() {
    let mut fixture = Fixture::new();
    std::os::unix::fs::symlink("/etc/hostname", fixture.file("link.csv")).unwrap();
    fs::create_dir(fixture.file("folder.csv")).unwrap();
    let pipe = std::process::Command::new("mkfifo")
        .arg(fixture.file("pipe.csv"))
        .status()
        .unwrap();
    assert!(pipe.success());
    for name in ["link.csv", "folder.csv", "pipe.csv"] {
        let fault = fixture.edit("/resources/1/path", json!(name)).only_fault();
        assert!(
            fault.starts_with("datapackage.json#/resources/1/path: path: "),
            "{fault}"
        );
    }
    let fault = fixture
        .edit("/resources/1/path", json!("gone.csv"))
        .only_fault();
    assert!(
        fault.starts_with("datapackage.json#/resources/1/path: part-missing: gone.csv: "),
        "{fault}"
    );
}

#[test]
fn the_same_part_twice_is_refused() {
    let fault = described(
        "/resources/0/path",
        json!(["person/0001.csv", "person/0002.csv", "person/0001.csv"]),
    );
    assert!(
        fault.starts_with("datapackage.json#/resources/0/path/2: path: "),
        "{fault}"
    );
}

#[test]
fn packed_parts_are_never_opened() {
    let bomb = [b"PK\x03\x04".as_slice(), &[0; 64]].concat();
    let mut fixture = Fixture::new();
    fixture.part("stay.csv", &bomb);
    fixture.part("stay.csv.gz", b"\x1f\x8b\x08\x00");
    fixture.seal();
    assert_eq!(
        fixture.only_fault(),
        "datapackage.json#/resources/1/path/0: compressed: stay.csv: expected a plain CSV file: its content is a packed \
         file, which is never opened"
    );
    assert!(
        fixture
            .edit("/resources/1/path", json!("stay.csv.gz"))
            .only_fault()
            .contains("/path: compressed: ")
    );
    let mut fixture = Fixture::new();
    fixture.descriptor["resources"][1]["compression"] = json!("zip");
    fixture.write();
    assert!(
        fixture
            .only_fault()
            .starts_with("datapackage.json#/resources/1/compression: compressed: zip: ")
    );
}

#[test]
fn a_cut_part_a_longer_part_and_a_changed_part_are_told_apart() {
    let fixture = Fixture::new();
    let whole = persons([3, 4]);
    fixture.part("person/0002.csv", &whole[..whole.len() - 10]);
    assert!(
        fixture
            .only_fault()
            .starts_with("datapackage.json#/resources/0/bytes: bytes-short: ")
    );
    fixture.part("person/0002.csv", format!("{whole}{}", person(9)));
    assert!(
        fixture
            .only_fault()
            .starts_with("datapackage.json#/resources/0/bytes: bytes-long: ")
    );
    fixture.part("person/0002.csv", whole.replace("1980", "1981"));
    let fault = fixture.only_fault();
    assert!(
        fault.starts_with("datapackage.json#/resources/0/hash: hash: sha256:"),
        "{fault}"
    );
}

#[test]
fn parts_in_another_order_have_another_hash() {
    let fault = described(
        "/resources/0/path",
        json!(["person/0002.csv", "person/0001.csv", "person/0003.csv"]),
    );
    assert!(fault.contains("/resources/0/hash: hash: "), "{fault}");
}

#[test]
fn dialects_are_honoured_or_refused_by_name() {
    let part = persons([1, 2])
        .replace(',', ";")
        .replace("王小明1", "'王;小''明'");
    let mut fixture = Fixture::with_person_part(part);
    fixture.descriptor["resources"][0]["dialect"] = json!({ "delimiter": ";", "quoteChar": "'", "doubleQuote": true, "header": true, "csvddfVersion": 1.2 });
    fixture.write();
    let faults = fixture.faults();
    assert!(faults.is_empty(), "{faults}");
    for (member, value) in [
        ("escapeChar", json!("\\")),
        ("commentChar", json!("#")),
        ("nullSequence", json!("\\N")),
        ("header", json!(false)),
        ("delimiter", json!("||")),
        ("colour", json!(1)),
    ] {
        fixture.descriptor["resources"][0]["dialect"] = json!({ member: value });
        fixture.write();
        let fault = fixture.only_fault();
        assert!(
            fault.starts_with(&format!(
                "datapackage.json#/resources/0/dialect/{member}: dialect: "
            )),
            "{fault}"
        );
    }
}

#[test]
fn rows_from_anywhere_but_csv_files_are_refused() {
    for (member, value) in [
        ("data", json!([])),
        ("format", json!("xlsx")),
        ("profile", json!("x")),
        ("mediatype", json!("application/json")),
    ] {
        let mut fixture = Fixture::new();
        fixture.descriptor["resources"][1][member] = value;
        fixture.write();
        let fault = fixture.only_fault();
        assert!(
            fault.starts_with(&format!(
                "datapackage.json#/resources/1/{member}: resource-form: "
            )),
            "{fault}"
        );
    }
}
