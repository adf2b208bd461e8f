//! The operations of the enrolment register.

use super::table::{Operation, Who};

const SERVICE: &str = "health-enrolment";
const CLAIM: &str = "benefit-claim";

pub(super) fn operations() -> Vec<Operation> {
    let asked = |id, path| Operation::asked(SERVICE, id, path, &[Who::Officer], CLAIM);
    let mut operations = vec![
        Operation::own(SERVICE, "own_cover", "/v1/me"),
        Operation::own(SERVICE, "own_enrolments", "/v1/me/enrolments").malformed(&["?limit=0", "?cursor=x"]),
        Operation::own(SERVICE, "own_card", "/v1/me/card"),
        Operation::own(SERVICE, "own_arrears", "/v1/me/arrears").malformed(&["?limit=0"]),
        asked("cover_of_person", "/v1/persons/{me}")
            .malformed(&["/v1/persons/A123456780"])
            .someone_elses("/v1/persons/{nobody}", 404, &[]),
        asked("enrolments_of_person", "/v1/persons/{me}/enrolments")
            .malformed(&["/v1/persons/A123456780/enrolments", "?limit=0"])
            .someone_elses("/v1/persons/{nobody}/enrolments", 200, &["category"]),
        asked("arrears_of_person", "/v1/persons/{me}/arrears")
            .malformed(&["/v1/persons/A123456780/arrears", "?limit=0"])
            .someone_elses("/v1/persons/{nobody}/arrears", 200, &["period"]),
        Operation::asked(
            SERVICE,
            "coverage_check",
            "/v1/coverage-checks/{me}",
            &[Who::Clinician, Who::Officer],
            "medical-emergency",
        )
        .with(&[r#""covered_today":true"#, r#""arrears":true"#, r#""emergency_care_may_be_refused":false"#])
        .malformed(&["/v1/coverage-checks/A123456780"])
        .someone_elses("/v1/coverage-checks/{nobody}", 404, &[]),
        Operation::filing(
            SERVICE,
            "file_card_reissue",
            "/v1/applications/card-reissue",
            r#"{"card_no_ends":"{mine:health-enrolment/nhi_card/card_no:4}","reason":"lost","delivery_address":"新北市貢寮區福隆街1號","contact_phone":"0912345678"}"#,
            r#"{"card_no_ends":"{theirs:health-enrolment/nhi_card/card_no:4}","reason":"lost","delivery_address":"新北市貢寮區福隆街1號","contact_phone":"0912345678"}"#,
        )
        .malformed_forms(&[
            r#"{"card_no_ends":"56789","reason":"lost","delivery_address":"新北市貢寮區福隆街1號","contact_phone":"0912345678"}"#,
        ]),
    ];
    operations.extend(Operation::common(SERVICE, "{application:health-enrolment}"));
    operations
}
