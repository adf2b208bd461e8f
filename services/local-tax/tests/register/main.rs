//! The local taxes behind the gate, on both databases.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use access::caller::Caller;
use capability_test::{Site, citizen, officer, rows, strong_citizen};
use local_tax::CAPABILITY;
use reqwest::StatusCode;
use serde_json::{Value, json};

const CHEN: &str = "A123456789";
const LIN: &str = "A223456781";
const NOBODY: &str = "B100000011";
const COMPANY: &str = "04595252";

const BILLS: &[&[&str]] = &[
    &[
        "B000000000",
        CHEN,
        "房屋稅",
        "H00000000000",
        "2026",
        "1001",
        "2026-06-30",
        "2026-05-05",
        "臺北市",
    ],
    &[
        "B000000001",
        CHEN,
        "地價稅",
        "H00000000000",
        "2026",
        "7777",
        "2026-11-30",
        "",
        "臺北市",
    ],
    &[
        "B000000002",
        CHEN,
        "使用牌照稅",
        "H00000000000",
        "2026",
        "3650",
        "2026-04-30",
        "",
        "臺北市",
    ],
    &[
        "B000000003",
        LIN,
        "房屋稅",
        "H00000000001",
        "2026",
        "500",
        "2026-06-30",
        "",
        "新北市",
    ],
    &[
        "B000000004",
        COMPANY,
        "房屋稅",
        "H00000000002",
        "2026",
        "90000",
        "2026-06-30",
        "",
        "新北市",
    ],
];
const HOUSES: &[&[&str]] = &[
    &[
        "H00000000000",
        CHEN,
        "臺北市中正路1號",
        "鋼筋混凝土造",
        "98.76",
        "1000000",
    ],
    &[
        "H00000000001",
        LIN,
        "新北市中正路2號",
        "",
        "30.00",
        "200000",
    ],
];

async fn loaded(database: &str) -> Site {
    Site::loaded(
        CAPABILITY,
        database,
        &[rows("bill", BILLS), rows("house", HOUSES)],
    )
    .await
}

fn tax_officer() -> Caller {
    officer("local-tax")
}

macro_rules! on_both {
    ($name:ident, $site:ident => $body:block) => {
        capability_test::on_both!($name, $site of loaded => $body);
    };
}

fn numbers(answer: &Value) -> Vec<&str> {
    let rows = answer["data"].as_array().unwrap();
    rows.iter()
        .map(|row| row["bill_no"].as_str().unwrap())
        .collect()
}

on_both!(a_citizen_sees_the_own_taxes_by_kind, site => {
    let data = &site.data(&citizen(CHEN), "/v1/me").await["data"];
    let tax = |name: &str| data["taxes"].as_array().unwrap().iter().find(|tax| tax["tax_type"] == name).unwrap().clone();
    assert_eq!(tax("房屋稅"), json!({"tax_type": "房屋稅", "bills": 1, "unpaid": 0, "outstanding": 0}));
    assert_eq!(tax("地價稅"), json!({"tax_type": "地價稅", "bills": 1, "unpaid": 1, "outstanding": 7_777}));
    assert_eq!(data["houses"], 1);
    assert_eq!(site.data(&citizen(NOBODY), "/v1/me").await["data"], json!({"taxes": [], "houses": 0}));
    site.stop().await;
});

on_both!(own_bills_are_found_by_tax_in_either_language, site => {
    assert_eq!(numbers(&site.data(&citizen(CHEN), "/v1/me/bills").await), ["B000000000", "B000000001", "B000000002"]);
    for query in ["%E5%9C%B0%E5%83%B9%E7%A8%85", "land_value_tax"] {
        let found = site.data(&citizen(CHEN), &format!("/v1/me/bills?tax_type={query}")).await;
        assert_eq!(numbers(&found), ["B000000001"], "{query}");
    }
    let first = site.data(&citizen(CHEN), "/v1/me/bills?limit=2").await;
    let next = first["next"].as_str().unwrap();
    let last = site.data(&citizen(CHEN), &format!("/v1/me/bills?limit=2&cursor={next}")).await;
    assert_eq!((numbers(&first).len(), numbers(&last)), (2, vec!["B000000002"]));
    for bad in ["tax_type=income_tax", "limit=0", "cursor=%21"] {
        assert_eq!(site.get(&citizen(CHEN), &format!("/v1/me/bills?{bad}")).await.status(), StatusCode::BAD_REQUEST, "{bad}");
    }
    site.stop().await;
});

on_both!(a_bill_proves_that_it_was_paid_and_only_to_its_owner, site => {
    let paid = &site.data(&strong_citizen(CHEN), "/v1/me/bills/B000000000").await["data"];
    assert_eq!((&paid["paid"], &paid["paid_on"], &paid["taxpayer_id"]), (&json!(true), &json!("2026-05-05"), &json!(CHEN)));
    let unpaid = &site.data(&citizen(CHEN), "/v1/me/bills/B000000001").await["data"];
    assert_eq!((&unpaid["paid"], &unpaid["paid_on"], &unpaid["taxpayer_id"]), (&json!(false), &Value::Null, &json!("A12345****")));
    for number in ["B000000003", "B999999999"] {
        assert_eq!(site.get(&citizen(CHEN), &format!("/v1/me/bills/{number}")).await.status(), StatusCode::NOT_FOUND, "{number}");
    }
    assert_eq!(site.get(&citizen(CHEN), "/v1/me/bills/b%20").await.status(), StatusCode::BAD_REQUEST);
    site.stop().await;
});

on_both!(houses_are_the_own_ones_with_exact_areas, site => {
    let houses = &site.data(&citizen(CHEN), "/v1/me/houses").await["data"];
    assert_eq!(houses.as_array().unwrap().len(), 1);
    assert_eq!((&houses[0]["area_m2"], &houses[0]["owner_id"]), (&json!("98.76"), &json!("A12345****")));
    site.stop().await;
});

on_both!(officers_ask_about_people_and_organisations, site => {
    assert_eq!(numbers(&site.data(&tax_officer(), &format!("/v1/taxpayers/{LIN}/bills")).await), ["B000000003"]);
    let company = site.data(&tax_officer(), &format!("/v1/taxpayers/{COMPANY}/bills?tax_type=house_tax")).await;
    assert_eq!((numbers(&company), &company["data"][0]["taxpayer_id"]), (vec!["B000000004"], &json!(COMPANY)));
    site.stop().await;
});

on_both!(reliefs_are_estimated_with_reason_and_law, site => {
    let estimate = async |query: &str| site.data(&citizen(CHEN), &format!("/v1/relief-estimates/{query}")).await["data"].clone();
    for (percent, relief, due) in [("29", "none", 1_001), ("30", "half", 500), ("49.9", "half", 500), ("50", "exempt", 0)] {
        let found = estimate(&format!("house-tax?damage_percent={percent}&disaster_on=2026-11-20&tax=1001")).await;
        assert_eq!((&found["relief"], &found["due"], &found["law"]), (&json!(relief), &json!(due), &json!("房屋稅條例第15條")), "{percent}");
    }
    let late = estimate("house-tax?damage_percent=50&disaster_on=2026-10-21").await;
    assert_eq!((&late["apply_by"], &late["in_time"], &late["due"]), (&json!("2026-11-20"), &json!(false), &Value::Null));
    assert_eq!(estimate("house-tax?damage_percent=50&disaster_on=2026-10-22").await["in_time"], true);
    let land = estimate("land-value-tax?disaster_on=2026-10-22&tax=7777").await;
    assert_eq!((&land["relief"], &land["apply_by"], &land["in_time"]), (&json!("exempt"), &json!("2026-11-21"), &json!(true)));
    let vehicle = estimate("vehicle-licence-tax?vehicle_kind=motorcycle&engine_cc=151&disaster_on=2026-10-21&tax=3650").await;
    assert_eq!((&vehicle["relief"], &vehicle["due"], &vehicle["apply_by"]), (&json!("by_day"), &json!(2_930), &json!("2026-11-21")));
    let small = estimate("vehicle-licence-tax?vehicle_kind=motorcycle&engine_cc=150&disaster_on=2026-10-21").await;
    assert_eq!(small["relief"], "none");
    for bad in [
        "house-tax?damage_percent=101&disaster_on=2026-11-20",
        "house-tax?damage_percent=-1&disaster_on=2026-11-20",
        "house-tax?damage_percent=50&disaster_on=2026-02-30",
        "house-tax?damage_percent=50&disaster_on=2026-11-20&tax=-1",
        "house-tax?damage_percent=50",
        "land-value-tax?disaster_on=x",
        "vehicle-licence-tax?vehicle_kind=bicycle&engine_cc=1&disaster_on=2026-11-20",
    ] {
        let answer = site.get(&citizen(CHEN), &format!("/v1/relief-estimates/{bad}")).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{bad}");
    }
    site.stop().await;
});

on_both!(house_tax_relief_is_filed_for_the_own_house_in_time, site => {
    let form = |house: &str, day: &str, percent: Value| json!({
        "house_tax_no": house, "disaster_on": day, "damage_percent": percent, "description": "屋頂掀翻", "contact_phone": "0912345678",
    });
    let file = async |form: Value| site.file(&citizen(CHEN), "house-tax-relief", &form).await;
    for (percent, relief, due) in [(json!(29), "none", 1_001), (json!(30), "half", 500), (json!(49.9), "half", 500), (json!("49.9"), "half", 500), (json!(50), "exempt", 0)] {
        let (status, body) = file(form("H00000000000", "2026-10-22", percent.clone())).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{body}");
        let finding = &body["data"]["finding"];
        assert_eq!((&finding["relief"], &finding["tax"], &finding["due"]), (&json!(relief), &json!(1_001), &json!(due)), "{percent}");
        assert_eq!(finding["law"], "房屋稅條例第15條");
    }
    for (house, day, percent, field) in [
        ("H00000000001", "2026-11-20", json!(50), "house_tax_no"),
        ("H99999999999", "2026-11-20", json!(50), "house_tax_no"),
        ("H00000000000", "2026-10-21", json!(50), "disaster_on"),
        ("H00000000000", "2026-11-22", json!(50), "disaster_on"),
        ("H00000000000", "2026-11-20", json!(100.1), "damage_percent"),
        ("H00000000000", "2026-11-20", json!(-1), "damage_percent"),
        ("h1", "2026-11-20", json!(50), "house_tax_no"),
    ] {
        let (status, body) = file(form(house, day, percent)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{field}: {body}");
        assert_eq!(body["errors"][0]["field"], field, "{body}");
    }
    site.stop().await;
});

on_both!(land_and_vehicle_reliefs_are_filed_for_own_bills_in_time, site => {
    let land = |bill: &str, day: &str| json!({
        "bill_no": bill, "disaster_on": day, "cause": "landslide", "description": "山崩", "contact_phone": "0912345678",
    });
    let vehicle = |bill: &str, day: &str| json!({
        "bill_no": bill, "plate": "ABC-1235", "vehicle_kind": "car", "engine_cc": 1798, "disaster_on": day,
        "description": "泡水", "contact_phone": "0912345678",
    });
    let cases = [
        ("land-tax-relief", land("B000000001", "2026-10-22"), None),
        ("land-tax-relief", land("B000000001", "2026-10-21"), Some("disaster_on")),
        ("land-tax-relief", land("B000000000", "2026-10-22"), Some("bill_no")),
        ("land-tax-relief", land("B000000003", "2026-10-22"), Some("bill_no")),
        ("vehicle-tax-relief", vehicle("B000000002", "2026-10-21"), None),
        ("vehicle-tax-relief", vehicle("B000000002", "2026-10-20"), Some("disaster_on")),
        ("vehicle-tax-relief", vehicle("B999999999", "2026-10-21"), Some("bill_no")),
    ];
    for (kind, form, fault) in cases {
        let (status, body) = site.file(&citizen(CHEN), kind, &form).await;
        let expected = if fault.is_none() { StatusCode::ACCEPTED } else { StatusCode::UNPROCESSABLE_ENTITY };
        assert_eq!(status, expected, "{kind} {form}: {body}");
        if let Some(field) = fault {
            assert_eq!(body["errors"][0]["field"], field, "{body}");
        }
    }
    let (_, body) = site.file(&citizen(CHEN), "vehicle-tax-relief", &vehicle("B000000002", "2026-11-01")).await;
    assert_eq!((&body["data"]["finding"]["tax"], &body["data"]["finding"]["due"]), (&json!(3_650), &json!(3_040)));
    site.stop().await;
});
