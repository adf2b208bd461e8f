//! The operations of the national taxes.

use super::table::{Operation, Who};

const SERVICE: &str = "national-tax";

pub(super) fn operations() -> Vec<Operation> {
    let mut operations = vec![
        Operation::own(SERVICE, "own_taxes", "/v1/me").with(&[r#""outstanding""#, r#""snapshot""#]),
        Operation::own(SERVICE, "own_assessments", "/v1/me/assessments").malformed(&[
            "?year=24",
            "?limit=0",
            "?cursor=x",
        ]),
        Operation::own(SERVICE, "own_refunds", "/v1/me/refunds").malformed(&["?limit=101"]),
        Operation::own(SERVICE, "own_payments", "/v1/me/payments").malformed(&["?cursor=x"]),
        Operation::public(SERVICE, "business_by_ubn", "/v1/businesses/10000009")
            .with(&["營業中", r#""snapshot""#])
            .hides(&["responsible"])
            .malformed(&["/v1/businesses/04595251", "/v1/businesses/x"])
            .someone_elses("/v1/businesses/10458570", 404, &[]),
        Operation::asked(
            SERVICE,
            "taxpayer_assessments",
            "/v1/taxpayers/{me}/assessments",
            &[Who::Officer],
            "tax-relief",
        )
        .with(&["{me}", r#""snapshot""#])
        .malformed(&["/v1/taxpayers/A123456780/assessments", "?year=x"])
        .someone_elses("/v1/taxpayers/{nobody}/assessments", 200, &["notice_no"]),
        Operation::filing(
            SERVICE,
            "file_disaster_loss_declaration",
            "/v1/applications/disaster-loss-declaration",
            r#"{"disaster_on":"{today}","place":"福隆街1號","losses":[{"what":"家具","amount":80000}],"compensated":0,"contact_phone":"0912345678"}"#,
            r#"{"taxpayer_id":"{other}","disaster_on":"{today}","place":"福隆街1號","losses":[{"what":"家具","amount":80000}],"compensated":0,"contact_phone":"0912345678"}"#,
        )
        .malformed_forms(&[
            r#"{"disaster_on":"2020-01-01","place":"福隆街1號","losses":[{"what":"家具","amount":80000}],"compensated":0,"contact_phone":"0912345678"}"#,
            r#"{"disaster_on":"2999-01-01","place":"福隆街1號","losses":[{"what":"家具","amount":80000}],"compensated":0,"contact_phone":"0912345678"}"#,
            r#"{"disaster_on":"{today}","place":"福隆街1號","losses":[],"compensated":0,"contact_phone":"0912345678"}"#,
            r#"{"disaster_on":"{today}","place":"福隆街1號","losses":[{"what":"家具","amount":1.5}],"compensated":0,"contact_phone":"0912345678"}"#,
            r#"{"disaster_on":"{today}","place":"福隆街1號","losses":[{"what":"家具","amount":80000}],"compensated":-1,"contact_phone":"0912345678"}"#,
        ]),
        Operation::filing(
            SERVICE,
            "file_deferral_or_instalment",
            "/v1/applications/deferral-or-instalment",
            r#"{"notice_no":"{mine:national-tax/assessment/notice_no?year=2025}","arrangement":"instalments","count":36,"reason":"颱風受災","contact_phone":"0912345678"}"#,
            r#"{"notice_no":"{theirs:national-tax/assessment/notice_no?year=2025}","arrangement":"instalments","count":36,"reason":"颱風受災","contact_phone":"0912345678"}"#,
        )
        .malformed_forms(&[
            r#"{"notice_no":"{mine:national-tax/assessment/notice_no?year=2025}","arrangement":"instalments","count":37,"reason":"颱風受災","contact_phone":"0912345678"}"#,
            r#"{"notice_no":"{mine:national-tax/assessment/notice_no?year=2025}","arrangement":"deferral","count":13,"reason":"颱風受災","contact_phone":"0912345678"}"#,
            r#"{"notice_no":"","arrangement":"deferral","count":12,"reason":"颱風受災","contact_phone":"0912345678"}"#,
        ]),
    ];
    operations.extend(Operation::common(SERVICE, "{application:national-tax}"));
    operations
}
