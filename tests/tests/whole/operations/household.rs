//! The operations of the household register. `{me}` and the like stand for the people of the register.

use super::table::Kind::SomeoneElses;
use super::table::{Case, Operation, Who};

const SERVICE: &str = "household";
const VERIFY: &str = "identity-verification";
const BY_NAME: &str = "/v1/persons?name={name}&birth_date={birth_date}";
const AT_ADDRESS: &str = "/v1/households?address=%E6%96%B0%E5%8C%97%E5%B8%82";

pub(super) fn operations() -> Vec<Operation> {
    let asked = |id, path| Operation::asked(SERVICE, id, path, &[Who::Officer], VERIFY);
    let mut operations = vec![
        Operation::own(SERVICE, "own_record", "/v1/me"),
        Operation::own(SERVICE, "own_household", "/v1/me/household"),
        Operation::own(SERVICE, "own_kin", "/v1/me/kin"),
        asked("person_by_id", "/v1/persons/{me}")
            .with(&["{name}", r#""snapshot""#])
            .malformed(&["/v1/persons/A123456780"])
            .someone_elses("/v1/persons/{protected}", 404, &[]),
        asked("persons_by_name", BY_NAME)
            .with(&["{me}", r#""snapshot""#])
            .malformed(&[
                "/v1/persons?name={name}",
                "/v1/persons?name={name}&birth_date=1990-02-30",
                "/v1/persons?name={name}&birth_date={birth_date}&limit=100000",
                "/v1/persons?name={name}&birth_date={birth_date}&cursor=x",
            ])
            .someone_elses(
                "/v1/persons?name={protected_name}&birth_date={protected_birth}",
                200,
                &[r#""{protected}""#],
            ),
        asked("kin_of_person", "/v1/persons/{me}/kin")
            .malformed(&["/v1/persons/x/kin"])
            .someone_elses("/v1/persons/{protected}/kin", 404, &[]),
        asked("household_by_number", "/v1/households/{household_no}")
            .with(&["{household_no}", r#""snapshot""#])
            .malformed(&["/v1/households/x"])
            .someone_elses("/v1/households/F9999999", 404, &[]),
        Operation::asked(
            SERVICE,
            "households_at_address",
            AT_ADDRESS,
            &[Who::Officer],
            "family-tracing",
        )
        .malformed(&["/v1/households", "/v1/households?address=%FF"])
        .someone_elses(
            "/v1/households?address=%E6%96%B0%E5%8C%97%E5%B8%82&limit=100",
            200,
            &[r#""{protected}""#],
        ),
        Operation::asked(
            SERVICE,
            "check_identity",
            "/v1/identity-checks",
            &[Who::AgencySystem],
            VERIFY,
        )
        .posts(r#"{"national_id":"{me}","birth_date":"{birth_date}"}"#)
        .with(&[r#""all_match":true"#])
        .hides(&["{name}", "{household_no}"])
        .malformed_forms(&[r#"{"national_id":"A123456780","birth_date":"1990-01-01"}"#]),
        Operation::filing(
            SERVICE,
            "file_id_loss_report",
            "/v1/applications/id-loss-report",
            r#"{"lost_on":"2026-11-20","lost_at":"福隆車站","contact_phone":"0912345678"}"#,
            // A report names no record; a day before the own card was issued is not its day.
            r#"{"lost_on":"1990-01-01","lost_at":"福隆車站","contact_phone":"0912345678"}"#,
        )
        .malformed_forms(&[r#"{"lost_on":"2999-01-01","lost_at":"福隆車站","contact_phone":"0912345678"}"#]),
        Operation::filing(
            SERVICE,
            "file_temporary_identity_proof",
            "/v1/applications/temporary-identity-proof",
            r#"{"reason":"card-lost","collect_at":"福連國小收容所","contact_phone":"0912345678"}"#,
            r#"{"reason":"card-lost","collect_at":"福連國小收容所","contact_phone":"0912345678","attachments":["0190a6f2-5b0a-7c00-8000-000000000000"]}"#,
        ),
        Operation::filing(
            SERVICE,
            "file_household_transcript",
            "/v1/applications/household-transcript",
            r#"{"household_no":"{household_no}","scope":"person","copies":1,"contact_phone":"0912345678"}"#,
            r#"{"household_no":"F9999999","scope":"person","copies":1,"contact_phone":"0912345678"}"#,
        )
        .malformed_forms(&[r#"{"household_no":"{household_no}","scope":"person","copies":6,"contact_phone":"0912345678"}"#]),
    ];
    operations.extend(Operation::common(SERVICE, "{application:household}"));
    operations
}

/// What a check of somebody whom one may not know of answers: nothing matches.
pub(super) fn by_hand() -> Vec<Case> {
    let unknown = Case::of("check_identity", SomeoneElses, Who::AgencySystem).post(
        "/household/v1/identity-checks",
        "application/json",
        r#"{"national_id":"{protected}","birth_date":"{protected_birth}"}"#,
    );
    vec![unknown.purpose(VERIFY).with(&[r#""all_match":false"#])]
}
