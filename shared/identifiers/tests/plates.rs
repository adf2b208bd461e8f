//! Number plates in any writing.

use identifiers::{Plate, PlateLookup, Rule};

#[test]
fn any_writing_of_a_plate_is_the_same_plate() {
    for raw in [
        "ABC-1235",
        "abc1235",
        "abc-1235",
        "ABC 1235",
        "ＡＢＣ－１２３５",
        "ａｂｃ１２３５",
        "ABC—1235",
        "ABC–1235",
        "ABC - 1235",
        "ABC·1235",
        " ABC-1235 ",
        "ABC\u{3000}1235",
        "ABC−1235",
    ] {
        assert_eq!(raw.parse::<Plate>().unwrap().as_str(), "ABC-1235", "{raw}");
        let lookup: PlateLookup = raw.parse().unwrap();
        assert!(
            lookup.candidates().contains(&"ABC-1235".parse().unwrap()),
            "{raw}"
        );
    }
}

#[test]
fn plates_older_than_2012_are_plates() {
    for plate in [
        "AB-1234", "1234-AB", "A2-3456", "2A-3456", "ABC-123", "123-ABC", "AB1-234", "AA-00001",
        "IO-4444",
    ] {
        assert_eq!(plate.parse::<Plate>().unwrap().as_str(), plate);
    }
    assert_eq!("1234ab".parse::<Plate>().unwrap().as_str(), "1234-AB");
}

#[test]
fn without_a_dash_every_reading_is_looked_for() {
    let lookup: PlateLookup = "1a2345".parse().unwrap();
    let readings: Vec<&str> = lookup.candidates().iter().map(Plate::as_str).collect();
    assert_eq!(readings, ["1A-2345", "1A2-345", "1A23-45"]);
    assert_eq!(
        "1a2345".parse::<Plate>().unwrap_err().rule(),
        Rule::DashNeeded
    );
    assert_eq!(
        "1a-2345".parse::<PlateLookup>().unwrap().candidates().len(),
        1
    );
    let longest: PlateLookup = "ABCD12345".parse().unwrap();
    assert_eq!(longest.candidates().len(), 1);
    assert_eq!(
        serde_json::from_str::<PlateLookup>("\"abc1235\"")
            .unwrap()
            .candidates()
            .len(),
        3
    );
}

#[test]
fn what_is_no_plate_is_refused() {
    for (raw, expected) in [
        ("", Rule::Empty),
        ("  ", Rule::Empty),
        ("-", Rule::Empty),
        ("A-1", Rule::Length),
        ("A-1234", Rule::Length),
        ("ABCDE-12", Rule::Length),
        ("ABC-123456", Rule::Length),
        ("ABC-1", Rule::Length),
        ("ABC-", Rule::Length),
        ("ABC1", Rule::Length),
        ("A-B-1234", Rule::Character(4)),
        ("ABC-12'5", Rule::Character(7)),
        ("車ABC-1235", Rule::Character(1)),
        ("ABCD", Rule::DashNeeded),
    ] {
        assert_eq!(
            raw.parse::<Plate>().unwrap_err().rule(),
            expected,
            "{raw:?}"
        );
        if expected != Rule::DashNeeded && raw != "ABC1" {
            assert!(raw.parse::<PlateLookup>().is_err(), "{raw:?}");
        }
    }
    assert!("AB1".parse::<PlateLookup>().is_err());
}
