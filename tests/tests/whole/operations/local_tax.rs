//! The operations of the local taxes.

use super::table::{Kind, Operation, Who};

const SERVICE: &str = "local-tax";

/// What computes and looks at no record.
fn estimate(id: &'static str, path: &str) -> Operation {
    Operation::public(SERVICE, id, path)
        .with(&[r#""law""#, r#""apply_by""#, r#""snapshot""#])
        .excused(Kind::SomeoneElses, "no record is looked at")
        .excused(Kind::DependencyDown, "no record is looked at")
}

pub(super) fn operations() -> Vec<Operation> {
    let mut operations = vec![
        Operation::own(SERVICE, "own_local_taxes", "/v1/me").with(&[r#""houses""#, r#""snapshot""#]),
        Operation::own(SERVICE, "own_bills", "/v1/me/bills").malformed(&[
            "?tax_type=income_tax",
            "?limit=0",
            "?cursor=x",
        ]),
        Operation::own(SERVICE, "own_bill", "/v1/me/bills/{mine:local-tax/bill/bill_no}")
            .with(&[r#""paid""#, r#""snapshot""#])
            .malformed(&["/v1/me/bills/b%20"])
            .someone_elses("/v1/me/bills/{theirs:local-tax/bill/bill_no}", 404, &[]),
        Operation::own(SERVICE, "own_houses", "/v1/me/houses").malformed(&["?limit=0"]),
        Operation::asked(
            SERVICE,
            "taxpayer_bills",
            "/v1/taxpayers/{me}/bills",
            &[Who::Officer],
            "tax-relief",
        )
        .with(&["{me}", r#""snapshot""#])
        .malformed(&["/v1/taxpayers/A123456780/bills", "?tax_type=x"])
        .someone_elses("/v1/taxpayers/{nobody}/bills", 200, &["bill_no"]),
        estimate(
            "estimate_house_tax_relief",
            "/v1/relief-estimates/house-tax?damage_percent=49.9&disaster_on=2026-11-20&tax=1001",
        )
        .with(&[r#""relief":"half""#, r#""due":500"#])
        .malformed(&[
            "/v1/relief-estimates/house-tax?damage_percent=100.1&disaster_on=2026-11-20",
            "/v1/relief-estimates/house-tax?damage_percent=50&disaster_on=2026-02-30",
            "/v1/relief-estimates/house-tax?disaster_on=2026-11-20",
        ]),
        estimate(
            "estimate_land_tax_relief",
            "/v1/relief-estimates/land-value-tax?disaster_on=2026-11-20",
        )
        .malformed(&["/v1/relief-estimates/land-value-tax?disaster_on=2026-11-20&tax=-1"]),
        estimate(
            "estimate_vehicle_tax_relief",
            "/v1/relief-estimates/vehicle-licence-tax?vehicle_kind=motorcycle&engine_cc=151&disaster_on=2026-11-20",
        )
        .malformed(&[
            "/v1/relief-estimates/vehicle-licence-tax?vehicle_kind=bicycle&engine_cc=0&disaster_on=2026-11-20",
        ]),
        Operation::filing(
            SERVICE,
            "file_house_tax_relief",
            "/v1/applications/house-tax-relief",
            r#"{"house_tax_no":"{mine:local-tax/house/house_tax_no}","disaster_on":"{today}","damage_percent":49.9,"description":"屋頂掀翻","contact_phone":"0912345678"}"#,
            r#"{"house_tax_no":"{theirs:local-tax/house/house_tax_no}","disaster_on":"{today}","damage_percent":49.9,"description":"屋頂掀翻","contact_phone":"0912345678"}"#,
        )
        .malformed_forms(&[
            r#"{"house_tax_no":"{mine:local-tax/house/house_tax_no}","disaster_on":"2020-01-01","damage_percent":50,"description":"屋頂掀翻","contact_phone":"0912345678"}"#,
            r#"{"house_tax_no":"{mine:local-tax/house/house_tax_no}","disaster_on":"2999-01-01","damage_percent":50,"description":"屋頂掀翻","contact_phone":"0912345678"}"#,
            r#"{"house_tax_no":"{mine:local-tax/house/house_tax_no}","disaster_on":"{today}","damage_percent":100.1,"description":"屋頂掀翻","contact_phone":"0912345678"}"#,
            r#"{"house_tax_no":"{mine:local-tax/house/house_tax_no}","disaster_on":"{today}","damage_percent":50,"description":"","contact_phone":"0912345678"}"#,
        ]),
        Operation::filing(
            SERVICE,
            "file_land_tax_relief",
            "/v1/applications/land-tax-relief",
            r#"{"bill_no":"{mine:local-tax/bill/bill_no?tax_type=地價稅}","disaster_on":"{today}","cause":"landslide","description":"山崩","contact_phone":"0912345678"}"#,
            r#"{"bill_no":"{theirs:local-tax/bill/bill_no?tax_type=地價稅}","disaster_on":"{today}","cause":"landslide","description":"山崩","contact_phone":"0912345678"}"#,
        )
        .malformed_forms(&[
            r#"{"bill_no":"{mine:local-tax/bill/bill_no?tax_type=房屋稅}","disaster_on":"{today}","cause":"landslide","description":"山崩","contact_phone":"0912345678"}"#,
            r#"{"bill_no":"{mine:local-tax/bill/bill_no?tax_type=地價稅}","disaster_on":"{today}","cause":"drought","description":"山崩","contact_phone":"0912345678"}"#,
            r#"{"bill_no":"{mine:local-tax/bill/bill_no?tax_type=地價稅}","disaster_on":"2020-01-01","cause":"landslide","description":"山崩","contact_phone":"0912345678"}"#,
        ]),
        Operation::filing(
            SERVICE,
            "file_vehicle_tax_relief",
            "/v1/applications/vehicle-tax-relief",
            r#"{"bill_no":"{mine:local-tax/bill/bill_no?tax_type=使用牌照稅}","plate":"ABC-1235","vehicle_kind":"car","engine_cc":1798,"disaster_on":"{today}","description":"泡水","contact_phone":"0912345678"}"#,
            r#"{"bill_no":"{theirs:local-tax/bill/bill_no?tax_type=使用牌照稅}","plate":"ABC-1235","vehicle_kind":"car","engine_cc":1798,"disaster_on":"{today}","description":"泡水","contact_phone":"0912345678"}"#,
        )
        .malformed_forms(&[
            r#"{"bill_no":"{mine:local-tax/bill/bill_no?tax_type=使用牌照稅}","plate":"ABC-1235","vehicle_kind":"car","engine_cc":30001,"disaster_on":"{today}","description":"泡水","contact_phone":"0912345678"}"#,
            r#"{"bill_no":"{mine:local-tax/bill/bill_no?tax_type=使用牌照稅}","plate":"A","vehicle_kind":"car","engine_cc":1798,"disaster_on":"{today}","description":"泡水","contact_phone":"0912345678"}"#,
        ]),
    ];
    operations.extend(Operation::common(SERVICE, "{application:local-tax}"));
    operations
}
