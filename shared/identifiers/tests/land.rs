//! Numbers, keys and shares of the land register.

use std::cmp::Ordering;

use identifiers::{
    BuildingKey, BuildingNo, Fraction, LandObject, LandOffice, ObjectKind, ParcelKey, ParcelNo,
    Rule, Section, Share, ShareType,
};

#[test]
fn parcel_numbers_are_read_and_shown_in_both_forms() {
    for (stored, shown) in [
        ("00020001", "2-1"),
        ("05000000", "500"),
        ("99999999", "9999-9999"),
        ("00010000", "1"),
        ("01230045", "123-45"),
    ] {
        let from_stored: ParcelNo = stored.parse().unwrap();
        let from_shown: ParcelNo = shown.parse().unwrap();
        assert_eq!(from_stored, from_shown);
        assert_eq!(
            (from_shown.as_str(), from_stored.shown().as_str()),
            (stored, shown)
        );
    }
    assert_eq!(
        "0002-0001".parse::<ParcelNo>().unwrap().as_str(),
        "00020001"
    );
    assert_eq!(ParcelNo::new(2, 1).unwrap().shown(), "2-1");
    assert_eq!(ParcelNo::new(10_000, 0).unwrap_err().rule(), Rule::Range);
}

#[test]
fn building_numbers_have_five_and_three_digits() {
    for (stored, shown) in [
        ("01234000", "1234"),
        ("01234001", "1234-1"),
        ("99999999", "99999-999"),
        ("00001000", "1"),
    ] {
        assert_eq!(shown.parse::<BuildingNo>().unwrap().as_str(), stored);
        assert_eq!(stored.parse::<BuildingNo>().unwrap().shown(), shown);
    }
    assert_eq!(BuildingNo::new(1234, 1).unwrap().as_str(), "01234001");
    assert_eq!(BuildingNo::new(1, 1000).unwrap_err().rule(), Rule::Range);
}

#[test]
fn other_writings_of_land_numbers_are_refused() {
    for raw in [
        "",
        "-",
        "2-",
        "-1",
        "12345",
        "2-12345",
        "123456789",
        "2-1-1",
        "2—1",
        "A0020001",
        "0002 001",
        "１２",
    ] {
        assert!(raw.parse::<ParcelNo>().is_err(), "{raw:?}");
    }
    for raw in ["123456", "1-1234", "1234-", "0123400A"] {
        assert!(raw.parse::<BuildingNo>().is_err(), "{raw:?}");
    }
    assert!("453".parse::<Section>().is_err() && "04530".parse::<Section>().is_err());
    for raw in ["A", "ADD", "ad", "1A", "A-", "松山"] {
        assert!(raw.parse::<LandOffice>().is_err(), "{raw:?}");
    }
}

#[test]
fn a_national_key_is_read_in_three_writings() {
    for raw in ["AD-0453-00020001", "AD-0453-2-1", "AD045300020001"] {
        let key: ParcelKey = raw.parse().unwrap();
        assert_eq!(key.to_string(), "AD-0453-00020001", "{raw}");
        assert_eq!(
            (
                key.office.as_str(),
                key.section.as_str(),
                key.number.shown().as_str()
            ),
            ("AD", "0453", "2-1")
        );
    }
    assert_eq!(
        "AD-0453-1234-1".parse::<BuildingKey>().unwrap().to_string(),
        "AD-0453-01234001"
    );
    for raw in [
        "AD",
        "AD-0453",
        "AD-453-2-1",
        "AD04530002000",
        "0453-2-1",
        "AD0453-00020001",
        "松山-0453-2",
    ] {
        assert_eq!(
            raw.parse::<ParcelKey>().unwrap_err().rule(),
            Rule::Form,
            "{raw}"
        );
    }
}

#[test]
fn a_land_object_is_a_parcel_or_a_building() {
    let (office, section) = ("AD".parse().unwrap(), "0453".parse().unwrap());
    let parcel = LandObject::new(office, section, ObjectKind::Parcel, "2-1").unwrap();
    assert_eq!(parcel.to_string(), "parcel:AD-0453-00020001");
    let building =
        LandObject::new(office, section, "building".parse().unwrap(), "01234000").unwrap();
    assert_eq!(building.kind(), ObjectKind::Building);
    assert_eq!(
        building.to_string().parse::<LandObject>().unwrap(),
        building
    );
    assert!(LandObject::new(office, section, ObjectKind::Building, "123456").is_err());
    assert!("house:AD-0453-00020001".parse::<LandObject>().is_err());
}

#[test]
fn shares_are_kept_as_written_and_compared_by_worth() {
    let quarter = Share::new(None, 1, 4).unwrap();
    let written: Share = "25/100".parse().unwrap();
    assert_ne!(quarter, written);
    assert_eq!(quarter.fraction(), written.fraction());
    assert_eq!(
        (
            written.numerator(),
            written.denominator(),
            written.to_string().as_str()
        ),
        (25, 100, "25/100")
    );
    assert!("1/3".parse::<Share>().unwrap().fraction() > quarter.fraction());
}

#[test]
fn shares_are_shown_as_on_a_transcript() {
    for (text, class, shown) in [
        ("A1/1", Some(ShareType::Whole), "全部"),
        ("1/1", None, "全部"),
        ("1/4", None, "4分之1"),
        ("B1/3", Some(ShareType::Joint), "公同共有3分之1"),
        ("B1/1", Some(ShareType::Joint), "公同共有全部"),
    ] {
        let share: Share = text.parse().unwrap();
        assert_eq!(
            (
                share.class(),
                share.shown().as_str(),
                share.to_string().as_str()
            ),
            (class, shown, text)
        );
    }
}

#[test]
fn impossible_shares_are_refused() {
    for (text, expected) in [
        ("", Rule::Empty),
        ("1", Rule::Form),
        ("C1/2", Rule::Form),
        ("-1/2", Rule::Form),
        ("1/-2", Rule::Form),
        ("+1/2", Rule::Form),
        ("0.5/1", Rule::Form),
        ("1/0", Rule::Range),
        ("0/1", Rule::Range),
        ("0/0", Rule::Range),
        ("3/2", Rule::Range),
        ("A1/2", Rule::Range),
        ("1/99999999999999999999", Rule::Range),
    ] {
        assert_eq!(
            text.parse::<Share>().unwrap_err().rule(),
            expected,
            "{text:?}"
        );
    }
}

#[test]
fn sums_are_exact_or_an_error() {
    let share = |text: &str| text.parse::<Share>().unwrap().fraction();
    let all = Fraction::sum(["1/3", "1/6", "1/7", "5/14"].map(share)).unwrap();
    assert_eq!(all, Fraction::ONE);
    let tenths = Fraction::sum(std::iter::repeat_n(share("1/10"), 10)).unwrap();
    assert_eq!(tenths, Fraction::ONE, "what floats get wrong");
    assert_eq!(Fraction::sum([]).unwrap(), Fraction::ZERO);

    let huge = Fraction::new(1, u128::MAX).unwrap();
    let other = Fraction::new(1, u128::MAX - 1).unwrap();
    assert_eq!(huge.plus(other).unwrap_err().rule(), Rule::TooLarge);
    assert_eq!(
        huge.cmp(&other),
        Ordering::Less,
        "comparing never overflows"
    );
    assert_eq!(Fraction::new(1, 0).unwrap_err().rule(), Rule::Range);
    assert_eq!(Fraction::new(0, 7).unwrap(), Fraction::ZERO);
}

#[test]
fn products_are_exact_and_rounding_is_said_by_name() {
    let fraction = |text: &str| text.parse::<Fraction>().unwrap();
    assert_eq!(
        fraction("2/3").times(fraction("3/4")).unwrap(),
        fraction("1/2")
    );
    assert_eq!(
        fraction("0/1").times(fraction("3/4")).unwrap(),
        Fraction::ZERO
    );
    let most = fraction(&format!("{}/1", u128::MAX));
    assert_eq!(
        most.times(fraction(&format!("1/{}", u128::MAX))).unwrap(),
        Fraction::ONE
    );
    assert_eq!(
        most.times(fraction("2/1")).unwrap_err().rule(),
        Rule::TooLarge
    );
    for (exact, floor, rounded) in [
        ("5/2", 2, 3),
        ("249/100", 2, 2),
        ("251/100", 2, 3),
        ("2/1", 2, 2),
        ("1/2", 0, 1),
        ("1/3", 0, 0),
        ("0/1", 0, 0),
    ] {
        assert_eq!(
            (fraction(exact).floor(), fraction(exact).rounded()),
            (floor, rounded),
            "{exact}"
        );
    }
}
