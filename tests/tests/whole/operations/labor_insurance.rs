//! The operations of the labour insurance.

use super::table::{Operation, Who};

const SERVICE: &str = "labor-insurance";
const CLAIM: &str = "benefit-claim";

pub(super) fn operations() -> Vec<Operation> {
    let asked = |id, path| Operation::asked(SERVICE, id, path, &[Who::Officer], CLAIM);
    let mut operations = vec![
        Operation::own(SERVICE, "own_insurance", "/v1/me").with(&[r#""insured""#, r#""snapshot""#]),
        Operation::own(SERVICE, "own_coverages", "/v1/me/coverages").malformed(&["?limit=0", "?cursor=x"]),
        Operation::own(SERVICE, "own_insured_years", "/v1/me/insured-years")
            .with(&[r#""spans""#, r#""counted_until""#, r#""snapshot""#]),
        Operation::own(SERVICE, "own_claims", "/v1/me/claims").malformed(&["?limit=101"]),
        Operation::own(
            SERVICE,
            "estimate_old_age",
            "/v1/me/estimates/old-age?average_salary=40000&years=30",
        )
        .with(&[r#""amount":18600"#, r#""steps""#, r#""snapshot""#])
        .malformed(&["/v1/me/estimates/old-age?years=81", "/v1/me/estimates/old-age?months=12"]),
        Operation::own(
            SERVICE,
            "estimate_unemployment",
            "/v1/me/estimates/unemployment?average_salary=40000&dependants=3&birth_date=1970-01-01",
        )
        .with(&[r#""amount":32000"#, r#""most_months":9"#, r#""snapshot""#])
        .malformed(&["/v1/me/estimates/unemployment?dependants=x"]),
        Operation::own(
            SERVICE,
            "estimate_sickness",
            "/v1/me/estimates/sickness?average_salary=36300&from=2026-01-01&to=2026-12-31&treatment=outpatient",
        )
        .with(&[r#""amount":109505"#, r#""paid_to":"2026-06-30""#, r#""snapshot""#])
        .malformed(&[
            "/v1/me/estimates/sickness?from=2026-01-02&to=2026-01-01&treatment=outpatient",
            "/v1/me/estimates/sickness?from=2026-01-01&to=2026-01-02&treatment=rest",
        ]),
        asked("person_coverages", "/v1/persons/{me}/coverages")
            .with(&["{me}", r#""snapshot""#])
            .malformed(&["/v1/persons/A123456780/coverages", "?limit=0"])
            .someone_elses("/v1/persons/{nobody}/coverages", 200, &["unit_no"]),
        asked("person_claims", "/v1/persons/{me}/claims")
            .with(&["{me}", r#""snapshot""#])
            .malformed(&["/v1/persons/x/claims"])
            .someone_elses("/v1/persons/{nobody}/claims", 200, &["claim_no"]),
        // The employer of the first unit, and of no other.
        Operation::asked(
            SERVICE,
            "roster",
            "/v1/insured-units/10000000/roster",
            &[Who::AgencySystem, Who::Officer],
            CLAIM,
        )
        .malformed(&["/v1/insured-units/1/roster", "?on=2026-02-30"])
        .someone_elses("/v1/insured-units/10000013/roster", 404, &["unit_no"]),
        Operation::filing(
            SERVICE,
            "file_emergency_benefit_claim",
            "/v1/applications/emergency-benefit-claim",
            r#"{"claim":{"kind":"injury","from":"{today}","to":"{today}","treatment":"outpatient"},"description":"清理家園時受傷","contact_phone":"0912345678"}"#,
            r#"{"claim":{"kind":"survivors","deceased_id":"{me}","died_on":"{today}","relation":"spouse"},"description":"身故","contact_phone":"0912345678"}"#,
        )
        .malformed_forms(&[
            r#"{"claim":{"kind":"maternity","from":"{today}","to":"{today}","treatment":"outpatient"},"description":"生育","contact_phone":"0912345678"}"#,
            r#"{"claim":{"kind":"injury","from":"2999-01-01","to":"2999-01-01","treatment":"outpatient"},"description":"受傷","contact_phone":"0912345678"}"#,
            r#"{"claim":{"kind":"injury","from":"2000-01-01","to":"2000-01-01","treatment":"outpatient"},"description":"受傷","contact_phone":"0912345678"}"#,
            r#"{"claim":{"kind":"unemployment","left_on":"{today}","dependants":256},"description":"離職","contact_phone":"0912345678"}"#,
        ]),
    ];
    operations.extend(Operation::common(SERVICE, "{application:labor-insurance}"));
    operations
}
