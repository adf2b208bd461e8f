//! The cases of the household register. `{me}` and the like stand for the people of the register.

use super::table::Kind::{
    DependencyDown, Malformed, NoToken, NotAllowed, SomeoneElses, Success, WrongToken,
};
use super::table::{Case, Who};

const VERIFY: &str = "identity-verification";
const JSON: &str = "application/json";

pub(super) const CASES: &[Case] = &[
    Case::of("own_record", Success, Who::Citizen)
        .get("/household/v1/me")
        .with(&[r#""snapshot""#]),
    Case::of("own_record", Malformed, Who::Citizen)
        .get("/household/v1/me")
        .purpose("curiosity")
        .answers(400),
    Case::of("own_record", NoToken, Who::Nobody)
        .get("/household/v1/me")
        .answers(401),
    Case::of("own_record", WrongToken, Who::Forger)
        .get("/household/v1/me")
        .answers(401),
    Case::of("own_record", NotAllowed, Who::Officer)
        .get("/household/v1/me")
        .purpose(VERIFY)
        .answers(403),
    Case::of("own_record", SomeoneElses, Who::Citizen)
        .get("/household/v1/me")
        .without(&["{other}", "{protected}"]),
    Case::of("own_record", DependencyDown, Who::Citizen).get("/household/v1/me"),
    Case::of("own_household", Success, Who::Citizen)
        .get("/household/v1/me/household")
        .with(&[r#""snapshot""#]),
    Case::of("own_household", Malformed, Who::Citizen)
        .get("/household/v1/me/household")
        .purpose("curiosity")
        .answers(400),
    Case::of("own_household", NoToken, Who::Nobody)
        .get("/household/v1/me/household")
        .answers(401),
    Case::of("own_household", WrongToken, Who::Forger)
        .get("/household/v1/me/household")
        .answers(401),
    Case::of("own_household", NotAllowed, Who::Officer)
        .get("/household/v1/me/household")
        .purpose(VERIFY)
        .answers(403),
    Case::of("own_household", SomeoneElses, Who::Citizen)
        .get("/household/v1/me/household")
        .without(&["{other}", "{protected}"]),
    Case::of("own_household", DependencyDown, Who::Citizen).get("/household/v1/me/household"),
    Case::of("own_kin", Success, Who::Citizen)
        .get("/household/v1/me/kin")
        .with(&[r#""snapshot""#]),
    Case::of("own_kin", Malformed, Who::Citizen)
        .get("/household/v1/me/kin")
        .purpose("curiosity")
        .answers(400),
    Case::of("own_kin", NoToken, Who::Nobody)
        .get("/household/v1/me/kin")
        .answers(401),
    Case::of("own_kin", WrongToken, Who::Forger)
        .get("/household/v1/me/kin")
        .answers(401),
    Case::of("own_kin", NotAllowed, Who::Officer)
        .get("/household/v1/me/kin")
        .purpose(VERIFY)
        .answers(403),
    Case::of("own_kin", SomeoneElses, Who::Citizen)
        .get("/household/v1/me/kin")
        .without(&["{other}", "{protected}"]),
    Case::of("own_kin", DependencyDown, Who::Citizen).get("/household/v1/me/kin"),
    Case::of("person_by_id", Success, Who::Officer)
        .get("/household/v1/persons/{me}")
        .purpose(VERIFY)
        .with(&["{name}", r#""snapshot""#]),
    Case::of("person_by_id", Malformed, Who::Officer)
        .get("/household/v1/persons/A123456780")
        .purpose(VERIFY)
        .answers(400),
    Case::of("person_by_id", NoToken, Who::Nobody)
        .get("/household/v1/persons/{me}")
        .answers(401),
    Case::of("person_by_id", WrongToken, Who::Forger)
        .get("/household/v1/persons/{me}")
        .answers(401),
    Case::of("person_by_id", NotAllowed, Who::Citizen)
        .get("/household/v1/persons/{me}")
        .answers(403),
    Case::of("person_by_id", NotAllowed, Who::OfficerElsewhere)
        .get("/household/v1/persons/{me}")
        .purpose(VERIFY)
        .answers(403),
    Case::of("person_by_id", NotAllowed, Who::Officer)
        .get("/household/v1/persons/{me}")
        .answers(403),
    Case::of("person_by_id", NotAllowed, Who::Officer)
        .get("/household/v1/persons/{me}")
        .purpose("mobilisation")
        .answers(403),
    Case::of("person_by_id", SomeoneElses, Who::Officer)
        .get("/household/v1/persons/{protected}")
        .purpose(VERIFY)
        .answers(404),
    Case::of("person_by_id", DependencyDown, Who::Officer)
        .get("/household/v1/persons/{me}")
        .purpose(VERIFY),
    Case::of("persons_by_name", Success, Who::Officer)
        .get("/household/v1/persons?name={name}&birth_date={birth_date}")
        .purpose(VERIFY)
        .with(&["{me}", r#""snapshot""#]),
    Case::of("persons_by_name", Malformed, Who::Officer)
        .get("/household/v1/persons?name={name}")
        .purpose(VERIFY)
        .answers(400),
    Case::of("persons_by_name", Malformed, Who::Officer)
        .get("/household/v1/persons?name={name}&birth_date=1990-02-30")
        .purpose(VERIFY)
        .answers(400),
    Case::of("persons_by_name", Malformed, Who::Officer)
        .get("/household/v1/persons?name={name}&birth_date={birth_date}&limit=100000")
        .purpose(VERIFY)
        .answers(400),
    Case::of("persons_by_name", Malformed, Who::Officer)
        .get("/household/v1/persons?name={name}&birth_date={birth_date}&cursor=x")
        .purpose(VERIFY)
        .answers(400),
    Case::of("persons_by_name", NoToken, Who::Nobody)
        .get("/household/v1/persons?name={name}&birth_date={birth_date}")
        .answers(401),
    Case::of("persons_by_name", WrongToken, Who::Forger)
        .get("/household/v1/persons?name={name}&birth_date={birth_date}")
        .answers(401),
    Case::of("persons_by_name", NotAllowed, Who::Citizen)
        .get("/household/v1/persons?name={name}&birth_date={birth_date}")
        .answers(403),
    Case::of("persons_by_name", NotAllowed, Who::OfficerElsewhere)
        .get("/household/v1/persons?name={name}&birth_date={birth_date}")
        .purpose(VERIFY)
        .answers(403),
    Case::of("persons_by_name", NotAllowed, Who::Officer)
        .get("/household/v1/persons?name={name}&birth_date={birth_date}")
        .answers(403),
    Case::of("persons_by_name", NotAllowed, Who::Officer)
        .get("/household/v1/persons?name={name}&birth_date={birth_date}")
        .purpose("mobilisation")
        .answers(403),
    Case::of("persons_by_name", SomeoneElses, Who::Officer)
        .get("/household/v1/persons?name={protected_name}&birth_date={protected_birth}")
        .purpose(VERIFY)
        .without(&[r#""{protected}""#]),
    Case::of("persons_by_name", DependencyDown, Who::Officer)
        .get("/household/v1/persons?name={name}&birth_date={birth_date}")
        .purpose(VERIFY),
    Case::of("kin_of_person", Success, Who::Officer)
        .get("/household/v1/persons/{me}/kin")
        .purpose(VERIFY)
        .with(&[r#""snapshot""#]),
    Case::of("kin_of_person", Malformed, Who::Officer)
        .get("/household/v1/persons/x/kin")
        .purpose(VERIFY)
        .answers(400),
    Case::of("kin_of_person", NoToken, Who::Nobody)
        .get("/household/v1/persons/{me}/kin")
        .answers(401),
    Case::of("kin_of_person", WrongToken, Who::Forger)
        .get("/household/v1/persons/{me}/kin")
        .answers(401),
    Case::of("kin_of_person", NotAllowed, Who::Citizen)
        .get("/household/v1/persons/{me}/kin")
        .answers(403),
    Case::of("kin_of_person", NotAllowed, Who::OfficerElsewhere)
        .get("/household/v1/persons/{me}/kin")
        .purpose(VERIFY)
        .answers(403),
    Case::of("kin_of_person", NotAllowed, Who::Officer)
        .get("/household/v1/persons/{me}/kin")
        .answers(403),
    Case::of("kin_of_person", NotAllowed, Who::Officer)
        .get("/household/v1/persons/{me}/kin")
        .purpose("mobilisation")
        .answers(403),
    Case::of("kin_of_person", SomeoneElses, Who::Officer)
        .get("/household/v1/persons/{protected}/kin")
        .purpose(VERIFY)
        .answers(404),
    Case::of("kin_of_person", DependencyDown, Who::Officer)
        .get("/household/v1/persons/{me}/kin")
        .purpose(VERIFY),
    Case::of("household_by_number", Success, Who::Officer)
        .get("/household/v1/households/{household_no}")
        .purpose(VERIFY)
        .with(&["{household_no}", r#""snapshot""#]),
    Case::of("household_by_number", Malformed, Who::Officer)
        .get("/household/v1/households/x")
        .purpose(VERIFY)
        .answers(400),
    Case::of("household_by_number", NoToken, Who::Nobody)
        .get("/household/v1/households/{household_no}")
        .answers(401),
    Case::of("household_by_number", WrongToken, Who::Forger)
        .get("/household/v1/households/{household_no}")
        .answers(401),
    Case::of("household_by_number", NotAllowed, Who::Citizen)
        .get("/household/v1/households/{household_no}")
        .answers(403),
    Case::of("household_by_number", NotAllowed, Who::OfficerElsewhere)
        .get("/household/v1/households/{household_no}")
        .purpose(VERIFY)
        .answers(403),
    Case::of("household_by_number", NotAllowed, Who::Officer)
        .get("/household/v1/households/{household_no}")
        .answers(403),
    Case::of("household_by_number", NotAllowed, Who::Officer)
        .get("/household/v1/households/{household_no}")
        .purpose("mobilisation")
        .answers(403),
    Case::of("household_by_number", SomeoneElses, Who::Officer)
        .get("/household/v1/households/F9999999")
        .purpose(VERIFY)
        .answers(404),
    Case::of("household_by_number", DependencyDown, Who::Officer)
        .get("/household/v1/households/{household_no}")
        .purpose(VERIFY),
    Case::of("households_at_address", Success, Who::Officer)
        .get("/household/v1/households?address=%E6%96%B0%E5%8C%97%E5%B8%82")
        .purpose("family-tracing")
        .with(&[r#""snapshot""#]),
    Case::of("households_at_address", Malformed, Who::Officer)
        .get("/household/v1/households")
        .purpose("family-tracing")
        .answers(400),
    Case::of("households_at_address", Malformed, Who::Officer)
        .get("/household/v1/households?address=%FF")
        .purpose("family-tracing")
        .answers(400),
    Case::of("households_at_address", NoToken, Who::Nobody)
        .get("/household/v1/households?address=%E6%96%B0%E5%8C%97%E5%B8%82")
        .answers(401),
    Case::of("households_at_address", WrongToken, Who::Forger)
        .get("/household/v1/households?address=%E6%96%B0%E5%8C%97%E5%B8%82")
        .answers(401),
    Case::of("households_at_address", NotAllowed, Who::Citizen)
        .get("/household/v1/households?address=%E6%96%B0%E5%8C%97%E5%B8%82")
        .answers(403),
    Case::of("households_at_address", NotAllowed, Who::OfficerElsewhere)
        .get("/household/v1/households?address=%E6%96%B0%E5%8C%97%E5%B8%82")
        .purpose("family-tracing")
        .answers(403),
    Case::of("households_at_address", NotAllowed, Who::Officer)
        .get("/household/v1/households?address=%E6%96%B0%E5%8C%97%E5%B8%82")
        .answers(403),
    Case::of("households_at_address", NotAllowed, Who::Officer)
        .get("/household/v1/households?address=%E6%96%B0%E5%8C%97%E5%B8%82")
        .purpose("mobilisation")
        .answers(403),
    Case::of("households_at_address", SomeoneElses, Who::Officer)
        .get("/household/v1/households?address=%E6%96%B0%E5%8C%97%E5%B8%82&limit=100")
        .purpose("family-tracing")
        .without(&[r#""{protected}""#]),
    Case::of("households_at_address", DependencyDown, Who::Officer)
        .get("/household/v1/households?address=%E6%96%B0%E5%8C%97%E5%B8%82")
        .purpose("family-tracing"),
    Case::of("check_identity", Success, Who::AgencySystem)
        .post(
            "/household/v1/identity-checks",
            JSON,
            r#"{"national_id":"{me}","birth_date":"{birth_date}"}"#,
        )
        .purpose(VERIFY)
        .without(&["{name}", "{household_no}"])
        .with(&[r#""all_match":true"#]),
    Case::of("check_identity", Malformed, Who::AgencySystem)
        .post("/household/v1/identity-checks", JSON, r#"{"national_id":"#)
        .purpose(VERIFY)
        .answers(400),
    Case::of("check_identity", Malformed, Who::AgencySystem)
        .post("/household/v1/identity-checks", "text/plain", "x")
        .purpose(VERIFY)
        .answers(415),
    Case::of("check_identity", Malformed, Who::AgencySystem)
        .post(
            "/household/v1/identity-checks",
            JSON,
            r#"{"national_id":"A123456780","birth_date":"1990-01-01"}"#,
        )
        .purpose(VERIFY)
        .answers(422),
    Case::of("check_identity", NoToken, Who::Nobody)
        .post(
            "/household/v1/identity-checks",
            JSON,
            r#"{"national_id":"{me}","birth_date":"{birth_date}"}"#,
        )
        .purpose(VERIFY)
        .answers(401),
    Case::of("check_identity", WrongToken, Who::Forger)
        .post(
            "/household/v1/identity-checks",
            JSON,
            r#"{"national_id":"{me}","birth_date":"{birth_date}"}"#,
        )
        .purpose(VERIFY)
        .answers(401),
    Case::of("check_identity", NotAllowed, Who::Citizen)
        .post(
            "/household/v1/identity-checks",
            JSON,
            r#"{"national_id":"{me}","birth_date":"{birth_date}"}"#,
        )
        .answers(403),
    Case::of("check_identity", NotAllowed, Who::Officer)
        .post(
            "/household/v1/identity-checks",
            JSON,
            r#"{"national_id":"{me}","birth_date":"{birth_date}"}"#,
        )
        .purpose(VERIFY)
        .answers(403),
    Case::of("check_identity", SomeoneElses, Who::AgencySystem)
        .post(
            "/household/v1/identity-checks",
            JSON,
            r#"{"national_id":"{protected}","birth_date":"{protected_birth}"}"#,
        )
        .purpose(VERIFY)
        .with(&[r#""all_match":false"#]),
    Case::of("check_identity", DependencyDown, Who::AgencySystem)
        .post(
            "/household/v1/identity-checks",
            JSON,
            r#"{"national_id":"{me}","birth_date":"{birth_date}"}"#,
        )
        .purpose(VERIFY),
];
